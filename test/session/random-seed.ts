/** Run again with SEED=<the printed number> to repeat a failure. */
export const randomSeed = Number(process.env['SEED'] ?? Date.now() % 0x7fffffff);

console.log(`random seed ${randomSeed}`);
