/** What the editors of pictures share: opening one, keeping one. */

import { api, sourceOf } from './api';
import { attempt } from './state';

export interface EditorProps {
  source: string;
  close: () => void;
  done: (reference: string) => void;
}

/** The whole picture of a reference. */
export function load(reference: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = sourceOf(reference, false);
  return image.decode().then(() => image);
}

export async function keep(canvas: HTMLCanvasElement, name: string): Promise<string | undefined> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  const picture = blob && (await attempt(() => api.upload(blob, name)));
  return picture ? `picture:${picture.id}` : undefined;
}
