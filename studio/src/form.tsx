/** A form from the JSON Schema of an operation's settings. */

import { useId } from 'preact/hooks';
import type { Operation, Property, Values } from './api';
import { IconButton } from './parts';
import { draftOf, changeDraft } from './state';
import { help, label, say } from './words';

/** What most people set first. */
const FIRST = ['section', 'preset', 'method', 'methods', 'layer', 'strength', 'colors', 'size', 'seed'];
const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
const GROUPS = ['What', 'How it looks', 'Network', 'Output', 'Advanced'];
const OPEN = GROUPS.slice(0, 2);

/** A property without the null that it may be. */
export const plain = (property: Property): Property =>
  property.anyOf ? { ...property, ...property.anyOf.find((each) => each.type !== 'null') } : property;

const isNullable = (property: Property) => property.anyOf?.some((each) => each.type === 'null') ?? false;

export function SettingsForm({ operation, hints, without = [] }: { operation: Operation; hints: Record<string, string[]>; without?: string[] }) {
  const { settings } = draftOf(operation.name);
  const weights = [...operation.inputs.map((each) => each.weights), ...without];
  const properties = Object.entries(operation.schema.properties)
    .filter(([name]) => !weights.includes(name))
    .sort(([one], [other]) => rank(one) - rank(other));
  const method = String(settings.method ?? operation.schema.properties.method?.default ?? '');
  const methods = (settings.methods as string[] | undefined) ?? [method];
  const fits = (property: Property) =>
    !property.methods || methods.includes('all') || property.methods.some((each) => methods.includes(each));
  const change = (name: string, value: unknown) => {
    const changed: Values = { ...settings, [name]: value };
    if (value === undefined) delete changed[name];
    changeDraft(operation.name, { settings: changed });
  };
  return (
    <>
      {GROUPS.map((group) => {
        const within = properties.filter(([, property]) => property.group === group && fits(property));
        if (!within.length) return null;
        const changed = within.filter(([name]) => name in settings).length;
        return (
          <details class="group" key={`${operation.name} ${group}`} open={OPEN.includes(group)}>
            <summary>
              {label(group)}
              {changed > 0 && <span class="count">{changed}</span>}
            </summary>
            {within.map(([name, property]) => (
              <Field key={name} name={name} property={property} required={operation.schema.required?.includes(name)} value={settings[name]} hints={hints[name]} change={(value) => change(name, value)} />
            ))}
          </details>
        );
      })}
    </>
  );
}

interface FieldProps {
  name: string;
  property: Property;
  required?: boolean;
  value: unknown;
  hints?: string[];
  change: (value: unknown) => void;
}

function Field({ name, property, required, value, hints, change }: FieldProps) {
  const id = useId();
  const changed = value !== undefined;
  return (
    <div class={`field ${changed ? 'changed' : ''}`}>
      <div class="field-head">
        <label for={id}>{label(name)}</label>
        {name === 'seed' && <IconButton icon="dice" title={say('dice')} onClick={() => change(Math.floor(Math.random() * 1e6))} />}
        {changed && <IconButton icon="reset" title={`${say('reset')}: ${label(name)}`} onClick={() => change(undefined)} />}
      </div>
      <Control id={id} name={name} property={property} required={required} value={value} hints={hints} change={change} />
      {property.description && (
        <p class="help" id={`${id}-help`}>
          {help(property.description)}
        </p>
      )}
    </div>
  );
}

function Control({ id, property, required, value, hints, change }: FieldProps & { id: string }) {
  const kind = plain(property);
  const current = value ?? property.default;
  const described = { id, 'aria-describedby': property.description ? `${id}-help` : undefined };
  if (kind.type === 'boolean')
    return (
      <input {...described} type="checkbox" class="switch" checked={Boolean(current)} onChange={(event) => change(event.currentTarget.checked)} />
    );
  if (kind.enum)
    return (
      <select {...described} value={current === null ? '' : String(current)} onChange={(event) => change(event.currentTarget.value || undefined)}>
        {isNullable(property) && <option value="">{say('automatic')}</option>}
        {kind.enum.map((each) => (
          <option value={each}>{each}</option>
        ))}
      </select>
    );
  if (kind.type === 'number' || kind.type === 'integer') return <NumberControl {...{ described, property, kind, current, change }} />;
  if (kind.type === 'array' && kind.items?.enum) return <Chips id={id} choices={kind.items.enum} value={(current as string[]) ?? []} change={change} />;
  return (
    <>
      <input
        {...described}
        type="text"
        list={hints ? `${id}-hints` : undefined}
        placeholder={say(required ? 'needed' : 'automatic')}
        value={asText(current, kind)}
        onChange={(event) => change(fromText(event.currentTarget.value, kind))}
      />
      {hints && (
        <datalist id={`${id}-hints`}>
          {hints.map((each) => (
            <option value={each} />
          ))}
        </datalist>
      )}
    </>
  );
}

interface NumberProps {
  described: { id: string };
  property: Property;
  kind: Property;
  current: unknown;
  change: (value: unknown) => void;
}

function NumberControl({ described, property, kind, current, change }: NumberProps) {
  const low = kind.minimum ?? kind.exclusiveMinimum;
  const high = kind.maximum ?? kind.exclusiveMaximum;
  const whole = kind.type === 'integer';
  const bounded = low !== undefined && high !== undefined && high - low <= 400 && !isNullable(property);
  const step = whole ? 1 : bounded ? (high - low) / 100 : 'any';
  const take = (text: string) => change(text === '' ? undefined : whole ? Math.round(Number(text)) : Number(text));
  const shared = { min: kind.minimum, max: kind.maximum, value: current === null || current === undefined ? '' : String(current) };
  return (
    <div class="number">
      {bounded && (
        <input type="range" aria-label={described.id} aria-labelledby={described.id} {...shared} min={low} max={high} step={step} tabIndex={-1} onInput={(event) => take(event.currentTarget.value)} />
      )}
      <input {...described} type="number" {...shared} step={whole ? 1 : 'any'} placeholder={say('automatic')} onChange={(event) => take(event.currentTarget.value)} />
    </div>
  );
}

function Chips({ id, choices, value, change }: { id: string; choices: string[]; value: string[]; change: (value: unknown) => void }) {
  const toggle = (each: string) => {
    const changed = value.includes(each) ? value.filter((other) => other !== each) : [...value, each];
    change(changed.length ? changed : undefined);
  };
  return (
    <div class="chips" id={id} role="group">
      {choices.map((each) => (
        <button type="button" class="chip" aria-pressed={value.includes(each)} onClick={() => toggle(each)}>
          {each}
        </button>
      ))}
    </div>
  );
}

const isNumeric = (kind: Property) => {
  const items = kind.items ?? kind.prefixItems?.[0];
  return items?.type === 'number' || items?.type === 'integer';
};

/** Numbers are parted by spaces, texts by semicolons: addresses hold commas. */
export function asText(value: unknown, kind: Property): string {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(isNumeric(kind) ? ' ' : '; ') : String(value);
}

export function fromText(text: string, kind: Property): unknown {
  if (!text.trim()) return undefined;
  if (kind.type !== 'array') return text.trim();
  if (isNumeric(kind)) return text.trim().split(/[\s,;]+/).map(Number);
  return text.split(';').map((each) => each.trim()).filter(Boolean);
}
