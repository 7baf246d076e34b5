/** The few colours that say something. */

export type Colour = [number, number, number];

export const FOR: Colour = [255, 168, 76];
export const AGAINST: Colour = [72, 184, 255];

/** Colours of labels: hues a golden angle apart, so that any number of them stay distinct for long. */
export function labelColour(index: number): Colour {
  const hue = (28 + index * 137.508) % 360;
  const lightness = [0.62, 0.52, 0.72][Math.floor(index / 9) % 3];
  return fromHsl(hue, 0.72, lightness);
}

export function css(colour: Colour, alpha = 1): string {
  return `rgba(${colour[0]}, ${colour[1]}, ${colour[2]}, ${alpha})`;
}

function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const spread = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
