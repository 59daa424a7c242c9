import { Fleet } from '#test/scenarios/fleet';
import { CONFIGURATION } from './configuration.ts';

/** The whole service on this machine, for as long as the measurement takes. */
export async function withFleet<Result>(measure: (fleet: Fleet) => Promise<Result>): Promise<Result> {
  const fleet = await Fleet.start(CONFIGURATION);
  try {
    return await measure(fleet);
  } finally {
    await fleet.stop();
  }
}
