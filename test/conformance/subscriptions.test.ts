import './themes/subscriptions.ts';
import './themes/subscription-options.ts';
import './themes/unsubscribe.ts';
import './themes/shared-subscriptions.ts';
