/** Settings under a name: those that come with the studio, and one's own. */

import { useState } from 'preact/hooks';
import type { Operation, Values } from './api';
import { Button, IconButton } from './parts';
import { changeDraft, draftOf, presets } from './state';
import { label, language, say } from './words';

export function Presets({ operation }: { operation: Operation }) {
  const [name, setName] = useState('');
  const [naming, startNaming] = useState(false);
  const { settings } = draftOf(operation.name);
  const own = presets.value[operation.name] ?? {};
  const keep = (changed: Record<string, Values>) => (presets.value = { ...presets.value, [operation.name]: changed });
  const given: [string, Values][] = operation.presets.map((each) => [each[language.value], each.settings]);
  const chips = [...given, ...Object.entries(own)];
  const taken = (values: Values) => JSON.stringify(values) === JSON.stringify(settings);
  const save = () => {
    const called = name.trim();
    if (called) keep({ ...own, [called]: settings });
    startNaming(false);
    setName('');
  };
  if (!chips.length && !Object.keys(settings).length) return null;
  return (
    <div class="presets">
      <div class="chips" role="group" aria-label={say('presets')}>
        {chips.map(([called, values]) => (
          <span class="chip-pair">
            <button type="button" class="chip" aria-pressed={taken(values)} onClick={() => changeDraft(operation.name, { settings: taken(values) ? {} : { ...values } })}>{called}</button>
            {called in own && <IconButton icon="close" title={`${say('remove')}: ${called}`} onClick={() => keep(Object.fromEntries(Object.entries(own).filter(([each]) => each !== called)))} />}
          </span>
        ))}
        {!naming && Object.keys(settings).length > 0 && <button type="button" class="chip plain" onClick={() => startNaming(true)}>{`+ ${say('savePreset')}`}</button>}
      </div>
      {naming && (
        <div class="row tight">
          <input type="text" aria-label={label('name')} placeholder={label('name')} value={name} autofocus onInput={(event) => setName(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === 'Enter') { event.preventDefault(); save(); } }} />
          <Button kind="small" onClick={save}>{say('save')}</Button>
          <Button kind="small quiet" onClick={() => startNaming(false)}>{say('cancel')}</Button>
        </div>
      )}
    </div>
  );
}
