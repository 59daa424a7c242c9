/** What CloudWatch shows to whoever adds the widget to a dashboard (`describe`). */
export const DOCUMENTATION = `## MQTT session look-up

Shows the session of one client: whether it is connected, since when it is away and when its session ends, its
subscriptions, what waits for it, what happened to it last, and what is advised. Without a client it shows the fleet.
It reads only.

### Widget parameters

| Parameter | Meaning |
| --- | --- |
| \`clientId\` | the client that is shown at first; absent: the fleet |

### Example parameters

\`\`\` yaml
clientId: vehicle-7
\`\`\`
`;
