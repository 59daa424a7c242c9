import { describe, expect, it } from 'vitest';
import { parsePacket } from '#packets/parsing/parse';
import type { ProtocolVersion } from '#packets/types';

export interface RefusalCase {
  readonly clause: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly reasonCode: number;
  /** In which form the refusal can be answered; default: the version of the connection. */
  readonly answerIn?: ProtocolVersion | 'none';
}

/** One test a case: refused, for this clause, with this reason code. */
export function testRefusals(
  title: string,
  protocolVersion: ProtocolVersion | undefined,
  cases: readonly RefusalCase[],
): void {
  describe(title, () => {
    it.each(cases)('[$clause] refuses $name', ({ clause, bytes, reasonCode, answerIn = protocolVersion }) => {
      const parsed = parsePacket(bytes, protocolVersion);

      expect(parsed).toEqual({
        ok: false,
        reasonCode,
        clause,
        reason: expect.stringMatching(/\w/),
        ...(answerIn !== 'none' && answerIn !== undefined && { protocolVersion: answerIn }),
      });
    });
  });
}
