import { startDynamoDb } from '#local/dynamodb/dynamodb';

const { endpoint } = await startDynamoDb();
console.log(endpoint);
setInterval(() => {}, 1000);
