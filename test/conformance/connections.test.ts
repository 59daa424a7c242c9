import './themes/connect-refusals.ts';
import './themes/protocol-errors.ts';
import './themes/disconnect.ts';
import './themes/keep-alive.ts';
