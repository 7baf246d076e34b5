/** What an operation is given: pictures that are dropped, chosen or drawn, models, words. */

import { useRef, useState } from 'preact/hooks';
import { isPicture, sourceOf, type InputForm, type Operation } from './api';
import { Button, Dialog, Icon, IconButton } from './parts';
import { attempt, built, changeDraft, draftOf, forms, history, pictures, reuse, upload, tell } from './state';
import { api } from './api';
import { CropEditor } from './crop';
import { DrawingEditor } from './drawing';
import { help, label, moment, operationLabel, say } from './words';

const PAINTINGS = ['ink', 'mosaic', 'rectangles', 'strokes', 'waves'];

export function InputsForm({ operation, hints }: { operation: Operation; hints: Record<string, string[]> }) {
  return (
    <div class="inputs">
      {operation.inputs.filter((each) => isOfUse(operation, each)).map((each) => (
        <InputField key={`${operation.name} ${each.name}`} operation={operation} input={each} hints={hints[each.name]} />
      ))}
    </div>
  );
}

/** Parts of paintings are for regions: they are asked for once there are some. */
const isOfUse = (operation: Operation, input: InputForm) => input.name !== 'painting_regions' || Boolean(draftOf(operation.name).inputs.regions?.length);

function InputField({ operation, input, hints }: { operation: Operation; input: InputForm; hints?: string[] }) {
  const draft = draftOf(operation.name);
  const value = draft.inputs[input.name] ?? (input.many || input.kind === 'photos' ? [] : '');
  const change = (changed: string | string[]) => changeDraft(operation.name, { inputs: { ...draftOf(operation.name).inputs, [input.name]: changed } });
  const several = input.many || input.kind === 'photos';
  const shared = { operation, input, hints, change };
  return (
    <fieldset class="input">
      <legend>
        {label(input.name)} {!input.required && <span class="quiet">{say('optional')}</span>}
      </legend>
      {input.kind === 'text' || input.kind === 'sum' ? (
        <Words {...shared} value={value} />
      ) : input.kind === 'run' || input.kind === 'data' || input.kind === 'atlas' ? (
        <Named {...shared} value={String(value || input.default || '')} />
      ) : several ? (
        <Several {...shared} values={value as string[]} />
      ) : (
        <One {...shared} value={value as string} />
      )}
      {input.kind !== 'picture' && <p class="help">{help(input.help)}</p>}
    </fieldset>
  );
}

interface FieldProps {
  operation: Operation;
  input: InputForm;
  hints?: string[];
  change: (value: string | string[]) => void;
}

function Words({ input, value, hints, change }: FieldProps & { value: string | string[] }) {
  const id = `words-${input.name}`;
  const text = Array.isArray(value) ? value.join('; ') : value;
  const take = (given: string) => change(input.many ? given.split(';').map((each) => each.trim()).filter(Boolean) : given.trim());
  return (
    <>
      <input type="text" aria-label={label(input.name)} list={id} value={text} placeholder={input.many ? say('names') : ''} onChange={(event) => take(event.currentTarget.value)} />
      <datalist id={id}>
        {hints?.map((each) => (
          <option value={each} />
        ))}
      </datalist>
    </>
  );
}

/** A model in the package, or one that was trained here; likewise data. */
function Named({ input, value, change }: FieldProps & { value: string }) {
  const trained = history.value.filter((job) => job.operation.startsWith('train ') && job.state !== 'failed');
  const names = input.kind === 'run' ? (forms.value?.runs ?? []) : input.kind === 'data' ? ['digits'] : [];
  if (input.kind === 'atlas' && !built.value.length) return <p class="quiet">{say('noAtlas')}</p>;
  return (
    <select aria-label={label(input.name)} value={value || (input.kind === 'atlas' ? `job:${built.value[0].id}` : '')} onChange={(event) => change(event.currentTarget.value)}>
      {input.kind === 'data' && !names.includes(value) && <option value="">{say('none')}</option>}
      {names.map((each) => (
        <option value={each}>{each}</option>
      ))}
      {input.kind === 'atlas' && built.value.map((job) => <option value={`job:${job.id}`}>{`${(job.settings.layer as string[] | undefined)?.join(', ') ?? ''} · ${moment(job.created)}`}</option>)}
      {input.kind === 'run' && trained.map((job) => <option value={`job:${job.id}`}>{`${operationLabel(job.operation)} ${job.caption || job.id.slice(0, 6)}`}</option>)}
    </select>
  );
}

function One({ operation, input, value, change }: FieldProps & { value: string }) {
  const [choosing, choose] = useState(false);
  const [editing, edit] = useState<'mask' | 'crop' | null>(null);
  const isMask = input.name === 'mask';
  const photo = photoOf(operation);
  return (
    <>
      <Drop label={label(input.name)} many={false} take={(files) => takeOne(files, change)} choose={() => choose(true)}>
        {isPicture(value || (input.default ?? '')) ? <img src={sourceOf(value || input.default!)} alt={label(input.name)} class={value ? '' : 'default'} /> : value ? <span class="place">{value}</span> : <Hint many={false} />}
      </Drop>
      <div class="row tight">
        {isMask && photo && isPicture(photo) && <Button kind="small" onClick={() => edit('mask')}>{say('drawMask')}</Button>}
        {!isMask && isPicture(value) && <Button kind="small" onClick={() => edit('crop')}>{say('crop')}</Button>}
        {value && <Button kind="small quiet" onClick={() => change('')}>{say('remove')}</Button>}
      </div>
      {choosing && <Chooser input={input} close={() => choose(false)} choose={([reference]) => { choose(false); change(reference); }} />}
      {editing === 'mask' && <DrawingEditor source={photo!} drawn={value} close={() => edit(null)} done={(reference) => { edit(null); change(reference); }} />}
      {editing === 'crop' && <CropEditor source={value} close={() => edit(null)} done={(reference) => { edit(null); change(reference); }} />}
    </>
  );
}

/** The photo that masks and regions are drawn on: the first one that was given. */
function photoOf(operation: Operation): string | undefined {
  const { inputs } = draftOf(operation.name);
  return [inputs.content, inputs.photo].flat().find((each) => each && isPicture(each));
}

export async function takeOne(files: File[], change: (value: string) => void): Promise<void> {
  const [picture] = await upload(files.slice(0, 1));
  if (picture) change(`picture:${picture.id}`);
}

function Several({ operation, input, values, change }: FieldProps & { values: string[] }) {
  const [choosing, choose] = useState(false);
  const [drawing, draw] = useState(false);
  const draft = draftOf(operation.name);
  const photo = photoOf(operation);
  const paintings = [draft.inputs.styles ?? []].flat().filter(isPicture);
  const weights = (draft.settings[input.weights] as number[] | undefined) ?? values.map(() => 1);
  const weigh = (changed: number[]) => {
    const settings = { ...draftOf(operation.name).settings };
    if (changed.length > 1 && changed.some((each) => each !== changed[0])) settings[input.weights] = changed;
    else delete settings[input.weights];
    changeDraft(operation.name, { settings });
  };
  const add = (references: string[]) => {
    change([...values, ...references]);
    if (input.weights) weigh([...values.map((_, i) => weights[i] ?? 1), ...references.map(() => 1)]);
  };
  const remove = (index: number) => {
    change(values.filter((_, i) => i !== index));
    if (input.weights) weigh(weights.filter((_, i) => i !== index));
  };
  return (
    <>
      <div class="several">
        {values.map((each, index) => (
          <figure class="piece" key={`${each} ${index}`}>
            {isPicture(each) ? <img src={sourceOf(each)} alt={`${label(input.name)} ${index + 1}`} /> : <span class="place">{each}</span>}
            <IconButton icon="close" title={`${say('remove')} ${index + 1}`} onClick={() => remove(index)} />
            {input.weights && values.length > 1 && (
              <input type="range" min="0" max="2" step="0.05" value={weights[index] ?? 1} aria-label={`${say('weight')} ${index + 1}`} onInput={(event) => weigh(values.map((_, i) => (i === index ? Number(event.currentTarget.value) : (weights[i] ?? 1))))} />
            )}
          </figure>
        ))}
        <Drop label={label(input.name)} many take={async (files) => add((await upload(files)).map((each) => `picture:${each.id}`))} choose={() => choose(true)}>
          <Hint many />
        </Drop>
      </div>
      {input.name === 'regions' && photo && paintings.length > 0 && (
        <div class="row tight">
          <Button kind="small" onClick={() => draw(true)}>{say('drawRegions')}</Button>
        </div>
      )}
      {drawing && <DrawingEditor source={photo!} drawn={values.length === 1 ? values[0] : ''} paintings={paintings} close={() => draw(false)} done={(reference) => { draw(false); change([reference]); }} />}
      {choosing && <Chooser input={input} many close={() => choose(false)} choose={(references) => { choose(false); add(references); }} />}
    </>
  );
}

function Hint({ many }: { many: boolean }) {
  return many ? <Icon name="plus" /> : <span class="hint">{say('dropHere')}</span>;
}

export function Drop(props: { label: string; many: boolean; take: (files: File[]) => unknown; choose: () => void; children: preact.ComponentChildren }) {
  const [over, setOver] = useState(false);
  return (
    <button
      type="button"
      class={`drop ${over ? 'over' : ''}`}
      aria-label={`${props.label}: ${say(props.many ? 'dropMany' : 'dropHere')}`}
      title={say(props.many ? 'dropMany' : 'dropHere')}
      onClick={props.choose}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        void props.take([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {props.children}
    </button>
  );
}

/** Where a picture comes from: this computer, the samples, what was uploaded, what was made. */
export function Chooser({ input, many = false, close, choose }: { input?: InputForm; many?: boolean; close: () => void; choose: (references: string[]) => void }) {
  const file = useRef<HTMLInputElement>(null);
  const samples = [...(forms.value?.samples ?? [])];
  const wantsPaintings = input?.name === 'styles' || input?.name === 'style';
  samples.sort((one, other) => Number(PAINTINGS.includes(other)) - Number(PAINTINGS.includes(one)));
  if (!wantsPaintings) samples.reverse();
  const made = history.value.filter((job) => job.width && /\.(png|mp4)$/.test(job.file)).slice(0, 40);
  const take = async (files: File[]) => {
    const found = await upload(many ? files : files.slice(0, 1));
    if (found.length) choose(found.map((each) => `picture:${each.id}`));
  };
  return (
    <Dialog title={say('choose')} wide close={close}>
      <input ref={file} type="file" hidden multiple={many} accept="image/*,video/*" onChange={() => void take([...(file.current?.files ?? [])])} />
      <Button kind="primary" onClick={() => file.current?.click()}>{say('fromComputer')}</Button>
      {input?.kind === 'latent point' && <PointField choose={(point) => choose([point])} />}
      {input?.kind === 'photos' && <Button onClick={() => choose(samples.filter((each) => !PAINTINGS.includes(each)).map((each) => `sample:${each}`))}>{say('allSamples')}</Button>}
      <Shelf title={say('samples')} items={samples.map((each) => [`sample:${each}`, each])} choose={choose} />
      <Shelf title={say('uploaded')} items={pictures.value.map((each) => [`picture:${each.id}`, each.name])} choose={choose} />
      <Shelf title={say('made')} items={made.map((job) => [`job:${job.id}`, operationLabel(job.operation)])} choose={choose} />
    </Dialog>
  );
}

function PointField({ choose }: { choose: (reference: string) => void }) {
  const [text, type] = useState('');
  return (
    <form class="row" onSubmit={(event) => { event.preventDefault(); choose(text.trim()); }}>
      <input type="text" aria-label="test:3, label:8, random:5" placeholder="test:3, label:8, random:5" value={text} onInput={(event) => type(event.currentTarget.value)} />
      <button class="button" disabled={!/^((test|train|random):\d+|label:.+)$/.test(text.trim())}>OK</button>
    </form>
  );
}

function Shelf({ title, items, choose }: { title: string; items: [string, string][]; choose: (references: string[]) => void }) {
  if (!items.length) return null;
  return (
    <section class="shelf">
      <h3>{title}</h3>
      <div class="thumbs">
        {items.map(([reference, name]) => (
          <button type="button" class="thumb" title={name} onClick={() => choose([reference])}>
            <img src={sourceOf(reference)} alt={name} loading="lazy" />
            <span>{name}</span>
          </button>
        ))}
      </div>
    </section>
  );
}

/** A picture dropped on the page itself: if Pareidolia made it, all its settings come back. */
export async function dropped(files: File[]): Promise<void> {
  const [picture] = await upload(files);
  if (!picture) return;
  if (picture.job) return reuse(picture.job);
  const origin = await attempt(() => api.origin(picture.id));
  if (origin) reuse(origin);
  else tell(say('noOrigin'), true);
}
