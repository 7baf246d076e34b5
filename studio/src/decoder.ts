/** A decoder of fully connected layers in a few loops: fast enough to follow the hand. */

export interface DecoderAnswer {
  shape: [number, number, number];
  latent: number;
  units: [number, number];
  axes: [string, string];
  output: 'sigmoid' | 'clamp' | '';
  layers: { activation?: string; outputs?: number; weight?: string; bias?: string }[];
}

type Layer = (values: Float32Array) => Float32Array;

const ACTIVATIONS: Record<string, (value: number) => number> = {
  relu: (value) => Math.max(0, value),
  'leaky-relu': (value) => (value < 0 ? 0.2 * value : value),
  tanh: Math.tanh,
  silu: (value) => value / (1 + Math.exp(-value)),
};

const OUTPUTS: Record<string, (value: number) => number> = {
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  clamp: (value) => Math.min(1, Math.max(0, value)),
};

/** Numbers as float32 in Base64. */
function floats(data: string): Float32Array {
  const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function linear(outputs: number, weight: Float32Array, bias: Float32Array): Layer {
  return (values) => {
    const made = new Float32Array(outputs);
    for (let row = 0, at = 0; row < outputs; row++) {
      let sum = bias[row];
      for (let i = 0; i < values.length; i++) sum += weight[at++] * values[i];
      made[row] = sum;
    }
    return made;
  };
}

export class Decoder {
  private readonly layers: Layer[];
  private readonly axes: Float32Array[];
  private readonly output: (value: number) => number;

  constructor(private readonly answer: DecoderAnswer) {
    this.axes = answer.axes.map(floats);
    this.output = OUTPUTS[answer.output];
    this.layers = answer.layers.map(({ activation, outputs, weight, bias }) =>
      activation ? (values: Float32Array) => values.map(ACTIVATIONS[activation]) : linear(outputs!, floats(weight!), floats(bias!)),
    );
  }

  /** The code of a place of the plane, x to the right and y upwards in [0, 1]; the other numbers are 0. */
  code(x: number, y: number): number[] {
    const code = new Array<number>(this.answer.latent).fill(0);
    [x, y].forEach((share, index) => (code[this.answer.units[index]] = along(this.axes[index], share)));
    return code;
  }

  /** The picture of a code, channel by channel, in [0, 1]. */
  decode(code: number[]): Float32Array {
    return this.layers.reduce<Float32Array>((values, layer) => layer(values), Float32Array.from(code)).map(this.output);
  }

  draw(code: number[], canvas: HTMLCanvasElement): void {
    const [channels, height, width] = this.answer.shape;
    const picture = this.decode(code);
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = Math.round(255 * picture[(channels === 3 ? c : 0) * width * height + i]);
      image.data[4 * i + 3] = 255;
    }
    [canvas.width, canvas.height] = [width, height];
    canvas.getContext('2d')!.putImageData(image, 0, 0);
  }
}

function along(axis: Float32Array, share: number): number {
  const at = Math.min(1, Math.max(0, share)) * (axis.length - 1);
  const low = Math.min(axis.length - 2, Math.floor(at));
  return axis[low] + (at - low) * (axis[low + 1] - axis[low]);
}
