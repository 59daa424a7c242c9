import './themes/clean-start.ts';
import './themes/session-expiry.ts';
import './themes/session-present.ts';
import './themes/takeover.ts';
import './themes/wills.ts';
