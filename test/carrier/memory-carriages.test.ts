import { carriageStoreContract } from '#test/contract/carriage-store';
import { memoryCarriages } from './memory-carriages.ts';

// What the tests of many runs work with does as the table does.
carriageStoreContract(memoryCarriages);
