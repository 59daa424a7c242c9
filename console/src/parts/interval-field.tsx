import { useState } from 'preact/hooks';
import { NEVER_SECONDS } from '../text/duration.ts';
import { Field } from './field.tsx';

const UNITS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
type Unit = keyof typeof UNITS;

interface IntervalFieldProps {
  readonly label: string;
  readonly seconds: number;
  /** Whether an interval without end can be chosen. */
  readonly allowsNever?: boolean;
  /** What was refused about it. */
  readonly error?: string | undefined;
  /** NaN while what is written is no number. */
  readonly onChange: (seconds: number) => void;
}

/** A number and its unit; or never. */
export function IntervalField({ label, seconds, allowsNever = false, error, onChange }: IntervalFieldProps) {
  const [unit, setUnit] = useState<Unit | 'never'>(() => fittingUnit(seconds));
  const [amount, setAmount] = useState(() =>
    seconds >= NEVER_SECONDS ? '1' : String(seconds / UNITS[fittingUnit(seconds) as Unit]),
  );
  const change = (nextAmount: string, nextUnit: Unit | 'never') => {
    setAmount(nextAmount);
    setUnit(nextUnit);
    const count = nextAmount.trim() === '' ? Number.NaN : Number(nextAmount);
    onChange(nextUnit === 'never' ? NEVER_SECONDS : Math.round(count * UNITS[nextUnit]));
  };
  return (
    <Field label={label} error={error}>
      {(control) => (
        <div class="interval">
          <input
            {...control}
            type="number"
            min="0"
            step="any"
            required
            disabled={unit === 'never'}
            value={amount}
            onInput={(event) => change(event.currentTarget.value, unit)}
          />
          <select
            aria-label={`${label}: unit`}
            value={unit}
            onChange={(event) => change(amount, event.currentTarget.value as Unit | 'never')}
          >
            {Object.keys(UNITS).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
            {allowsNever && <option value="never">never expires</option>}
          </select>
        </div>
      )}
    </Field>
  );
}

/** The largest unit that writes the interval as a whole number. */
function fittingUnit(seconds: number): Unit | 'never' {
  if (seconds >= NEVER_SECONDS) return 'never';
  if (seconds === 0) return 'seconds';
  const names = Object.keys(UNITS) as Unit[];
  return names.findLast((name) => seconds % UNITS[name] === 0) ?? 'seconds';
}
