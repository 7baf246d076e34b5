/** A search field with suggestions, by mouse, touch and keyboard. */

import { make } from './card';
import { find, suggest, type Term } from './query';

export class Finder {
  onChange: (term: Term | null) => void = () => undefined;
  private readonly list = make('ul', 'suggestions');
  private marked = -1;
  private offered: Term[] = [];

  constructor(readonly input: HTMLInputElement, private readonly all: Term[]) {
    this.list.id = `${input.id}-list`;
    this.list.setAttribute('role', 'listbox');
    this.list.hidden = true;
    input.after(this.list);
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-controls', this.list.id);
    input.setAttribute('aria-expanded', 'false');
    input.addEventListener('input', () => {
      this.offer();
      if (!input.value.trim()) this.onChange(null);
    });
    input.addEventListener('keydown', (event) => this.key(event));
    input.addEventListener('blur', () => setTimeout(() => this.close(), 150));
  }

  /** Put a text in and give what it stands for. */
  set(text: string): Term | null {
    const term = find(this.all, text);
    this.input.value = term?.name ?? '';
    return term;
  }

  private offer(): void {
    this.offered = suggest(this.all, this.input.value, 8);
    this.marked = -1;
    this.list.replaceChildren(
      ...this.offered.map((term) => {
        const item = make('li', '', term.name);
        item.setAttribute('role', 'option');
        item.addEventListener('pointerdown', (event) => {
          event.preventDefault();
          this.choose(term);
        });
        return item;
      }),
    );
    this.list.hidden = !this.offered.length;
    this.input.setAttribute('aria-expanded', String(!this.list.hidden));
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === 'Escape') {
      this.choose(null);
      this.input.blur();
    } else if (event.key === 'Enter') {
      this.choose(this.offered[this.marked] ?? find(this.all, this.input.value));
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.marked = (this.marked + step + this.offered.length) % Math.max(1, this.offered.length);
      [...this.list.children].forEach((item, i) => item.classList.toggle('marked', i === this.marked));
    }
  }

  private choose(term: Term | null): void {
    this.input.value = term?.name ?? '';
    this.close();
    this.onChange(term);
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
  }
}
