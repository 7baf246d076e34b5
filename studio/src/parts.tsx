/** Small parts that several rooms share. */

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { say } from './words';

export function Button({ kind = '', ...rest }: JSX.IntrinsicElements['button'] & { kind?: string }) {
  return <button type="button" {...rest} class={`button ${kind} ${rest.class ?? ''}`} />;
}

const ICONS: Record<string, string> = {
  stop: 'M6 6h12v12H6z',
  pause: 'M7 5h4v14H7zM13 5h4v14h-4z',
  play: 'M8 5l11 7-11 7z',
  close: 'M6 6l12 12M18 6L6 18',
  up: 'M12 19V5M6 11l6-6 6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  dice: 'M5 5h14v14H5zM9 9h.01M15 15h.01M15 9h.01M9 15h.01',
  reset: 'M5 12a7 7 0 1 0 2.5-5.4M5 4v4h4',
  star: 'M12 4l2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8z',
  keys: 'M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2',
  moon: 'M19 14.5A8 8 0 0 1 9.5 5a8 8 0 1 0 9.5 9.5z',
  half: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  plus: 'M12 6v12M6 12h12',
  list: 'M5 7h14M5 12h14M5 17h9',
};

export function Icon({ name }: { name: string }) {
  const solid = name === 'stop' || name === 'pause' || name === 'play';
  return (
    <svg class={`icon ${solid ? 'solid' : ''}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  );
}

export function IconButton({ icon, title, ...rest }: JSX.IntrinsicElements['button'] & { icon: string; title: string }) {
  return (
    <button type="button" {...rest} class={`icon-button ${rest.class ?? ''}`} title={title} aria-label={title}>
      <Icon name={icon} />
    </button>
  );
}

/** A dialog that takes the keyboard; Escape and a click beside it close it. */
export function Dialog({ title, wide, close, children }: { title: string; wide?: boolean; close: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current!;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? 'wide' : ''}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onMouseDown={(event) => event.target === element.current && close()}
    >
      <header>
        <h2>{title}</h2>
        <IconButton icon="close" title={say('close')} onClick={close} />
      </header>
      {children}
    </dialog>
  );
}

/** Several choices of which one holds. */
export function Choice<T extends string>(props: { label: string; value: T; choices: [T, string][]; choose: (value: T) => void }) {
  return (
    <div class="choice" role="radiogroup" aria-label={props.label}>
      {props.choices.map(([value, text]) => (
        <button type="button" role="radio" aria-checked={value === props.value} onClick={() => props.choose(value)}>
          {text}
        </button>
      ))}
    </div>
  );
}

/** A button that copies a text. */
export async function copy(text: string): Promise<void> {
  await navigator.clipboard?.writeText(text).catch(() => undefined);
}
