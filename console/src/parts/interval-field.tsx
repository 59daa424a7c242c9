import { useId, useState } from 'preact/hooks';
import { NEVER_SECONDS } from '../text/duration.ts';

const UNITS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
type Unit = keyof typeof UNITS;

interface IntervalFieldProps {
  readonly label: string;
  readonly seconds: number;
  /** Whether an interval without end can be chosen. */
  readonly allowsNever?: boolean;
  /** NaN while what is written is no number. */
  readonly onChange: (seconds: number) => void;
}

/** A number and its unit; or never. */
export function IntervalField({ label, seconds, allowsNever = false, onChange }: IntervalFieldProps) {
  const id = useId();
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
    <div class="field">
      <label for={id}>{label}</label>
      <div class="interval">
        <input
          id={id}
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
    </div>
  );
}

/** The largest unit that writes the interval as a whole number. */
function fittingUnit(seconds: number): Unit | 'never' {
  if (seconds >= NEVER_SECONDS) return 'never';
  if (seconds === 0) return 'seconds';
  const names = Object.keys(UNITS) as Unit[];
  return names.findLast((name) => seconds % UNITS[name] === 0) ?? 'seconds';
}
