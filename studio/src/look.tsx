/** A photo to click into: what the network takes it for, and which units of a layer answer at a place. */

import { useEffect, useState } from 'preact/hooks';
import { api, isPicture, sourceOf, type Operation } from './api';
import { attempt, draftOf, forms, queue } from './state';
import { number, say } from './words';

interface Layer { name: string; channels: number }
interface Unit { unit: number; value: number; mean: number; map: string }

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
  useEffect(() => {
    void api.ask<{ classes: { name: string; share: number }[] }>('classes', { picture, network }).then((found) => setClasses(found.classes)).catch(() => undefined);
    void attempt(() => api.ask<{ layers: Layer[] }>('layers', { network })).then((found) => {
      if (!found) return;
      setLayers(found.layers);
      setLayer(found.layers[Math.floor(found.layers.length * 0.6)]?.name ?? '');
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
      <h3>{say('clickPhoto')}</h3>
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
        </div>
      </div>
      {units.length > 0 && (
        <>
          <h4>{say('unitsHere')}</h4>
          <div class="units" aria-live="polite">
            {units.map((each) => (
              <figure key={each.unit}>
                <img src={`data:image/png;base64,${each.map}`} alt={`${say('unit')} ${each.unit}`} />
                <figcaption>
                  {each.unit}
                  <span class="quiet"> {number(each.value)}</span>
                </figcaption>
              </figure>
            ))}
          </div>
        </>
      )}
    </section>
  );
}
