import './themes/message-expiry.ts';
import './themes/retained.ts';
import './themes/topic-alias.ts';
import './themes/maximum-packet-size.ts';
import './themes/message-properties.ts';
import './themes/topics.ts';
import './themes/real-client.ts';
