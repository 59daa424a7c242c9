import './themes/qos1.ts';
import './themes/qos2-receiver.ts';
import './themes/qos2-sender.ts';
import './themes/resend.ts';
import './themes/order.ts';
import './themes/receive-maximum.ts';
import './themes/packet-identifiers.ts';
