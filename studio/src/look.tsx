/** A photo to click into: what the network takes it for, and which units of a layer answer at a place. */

import { useEffect, useState } from 'preact/hooks';
import { api, isPicture, sourceOf, type Operation } from './api';
import { attempt, draftOf, forms, queue } from './state';
import { UnitPage } from './unit';
import { number, say } from './words';

interface Layer { name: string; kind: string; channels: number; rows: number; columns: number }
interface Unit { unit: number; value: number; mean: number; map: string }

/** A deep layer that still has places: the last rectifier, else the last layer, with a dozen rows. */
function usual(layers: Layer[]): string {
  const large = layers.filter((each) => Math.min(each.rows, each.columns) >= 12);
  const rectified = large.filter((each) => /LU|swish|Mish/.test(each.kind));
  return [...(rectified.length ? rectified : large.length ? large : layers)].pop()?.name ?? '';
}

export function LookAtPlaces({ operation }: { operation: Operation }) {
  const draft = draftOf(operation.name);
  const given = draft.inputs.photo ?? draft.inputs.photos;
  const picture = Array.isArray(given) ? given[0] : given;
  const network = String(draft.settings.network ?? operation.schema.properties.network?.default ?? 'retina');
  if (!picture || !isPicture(picture) || !forms.value?.networks.includes(network) || !queue.value?.worker.ready) return null;
  return <Places key={`${picture} ${network}`} picture={picture} network={network} />;
}

function Places({ picture, network }: { picture: string; network: string }) {
  const [classes, setClasses] = useState<{ name: string; share: number }[]>([]);
  const [layers, setLayers] = useState<Layer[]>([]);
  const [layer, setLayer] = useState('');
  const [place, setPlace] = useState<[number, number] | null>(null);
  const [units, setUnits] = useState<Unit[]>([]);
  const [opened, open] = useState<number | null>(null);
  const channels = layers.find((each) => each.name === layer)?.channels ?? 1;
  useEffect(() => {
    void api.ask<{ classes: { name: string; share: number }[] }>('classes', { picture, network }).then((found) => setClasses(found.classes)).catch(() => undefined);
    void attempt(() => api.ask<{ layers: Layer[] }>('layers', { network })).then((found) => {
      if (!found) return;
      setLayers(found.layers);
      setLayer(usual(found.layers));
    });
  }, []);
  useEffect(() => {
    if (!place || !layer) return;
    void attempt(() => api.ask<{ units: Unit[] }>('units', { picture, network, layer, x: place[0], y: place[1] })).then((found) => found && setUnits(found.units));
  }, [place, layer]);
  const click = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    setPlace([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
  };
  const key = (event: KeyboardEvent) => {
    const moves: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Enter: [0, 0] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const [x, y] = place ?? [0.5, 0.5];
    setPlace([Math.min(1, Math.max(0, x + move[0] / 20)), Math.min(1, Math.max(0, y + move[1] / 20))]);
  };
  return (
    <section class="look" aria-label={say('clickPhoto')}>
      <h2 class="part">{say('clickPhoto')}</h2>
      <div class="look-parts">
        <div class="clickable" role="application" tabIndex={0} aria-label={say('clickPhoto')} onClick={click} onKeyDown={key}>
          <img src={sourceOf(picture, false)} alt="" draggable={false} />
          {place && <span class="pin" style={{ left: `${100 * place[0]}%`, top: `${100 * place[1]}%` }} />}
        </div>
        <div>
          {classes.length > 0 && (
            <>
              <h4>{say('whatItIs')}</h4>
              <ol class="bars">
                {classes.slice(0, 5).map((each) => (
                  <li>
                    <span>{each.name}</span>
                    <meter min="0" max="1" value={each.share} aria-label={each.name} />
                    <span class="numeric">{(100 * each.share).toFixed(0)} %</span>
                  </li>
                ))}
              </ol>
            </>
          )}
          <label>
            {say('layer')}
            <select value={layer} onChange={(event) => setLayer(event.currentTarget.value)}>
              {layers.map((each) => (
                <option value={each.name}>{`${each.name} (${each.channels})`}</option>
              ))}
            </select>
          </label>
          <form class="row" onSubmit={(event) => { event.preventDefault(); open(Number(new FormData(event.currentTarget).get('unit')) || 0); }}>
            <input type="number" name="unit" aria-label={say('unit')} min="0" max={channels - 1} placeholder={`0 – ${channels - 1}`} />
            <button class="button">{say('openUnit')}</button>
          </form>
        </div>
      </div>
      {units.length > 0 && (
        <>
          <h4>{say('unitsHere')}</h4>
          <div class="units" aria-live="polite">
            {units.map((each) => (
              <figure key={each.unit}>
                <button type="button" aria-label={`${say('openUnit')} ${each.unit}`} onClick={() => open(each.unit)}>
                  <img src={`data:image/png;base64,${each.map}`} alt={`${say('unit')} ${each.unit}`} />
                </button>
                <figcaption>
                  {each.unit}
                  <span class="quiet"> {number(each.value)}</span>
                </figcaption>
              </figure>
            ))}
          </div>
        </>
      )}
      {opened !== null && <UnitPage network={network} layer={layer} unit={opened} picture={picture} open={open} close={() => open(null)} />}
    </section>
  );
}
