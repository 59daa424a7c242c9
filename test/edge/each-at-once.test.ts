import { expect, it } from 'vitest';
import { eachAtOnce, eachKeyAtOnce } from '#edge/each-at-once';
import { elapse, VirtualTime } from '#test/delivery/virtual-time';

const numbers = Array.from({ length: 160 }, (_, index) => index);

it('works on sixteen at a time', async () => {
  const time = new VirtualTime(0);
  const done: number[] = [];
  const work = eachAtOnce(numbers, async (each) => {
    await time.sleep(5);
    done.push(each);
  });
  let tookMs = 0;
  await elapse(
    time,
    work.then(() => {
      tookMs = time.nowMs;
    }),
  );
  expect(tookMs).toBe(50);
  expect(done.toSorted((one, other) => one - other)).toEqual(numbers);
});

it('does what has the same key in its order', async () => {
  const time = new VirtualTime(0);
  const done: string[] = [];
  const all = ['b9', 'a7', 'a3', 'c1', 'a1'];
  const work = eachKeyAtOnce(
    all,
    (each) => each.charAt(0),
    async (each) => {
      await time.sleep(Number(each.charAt(1)));
      done.push(each);
    },
  );
  await elapse(time, work);
  expect(done).toEqual(['c1', 'a7', 'b9', 'a3', 'a1']);
});

it('throws what failed once nothing is under way any more, and begins no more', async () => {
  const time = new VirtualTime(0);
  const begun: number[] = [];
  const ended: number[] = [];
  const work = eachAtOnce(numbers, async (each) => {
    begun.push(each);
    await time.sleep(each === 3 ? 1 : 100);
    if (each === 3) throw new Error('three');
    ended.push(each);
  });
  await expect(elapse(time, work)).rejects.toThrow('three');
  expect(begun).toHaveLength(16);
  expect(ended).toHaveLength(15);
});
