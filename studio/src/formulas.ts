/** How formulas are set. */

/** Note where no font for formulas is installed: Chromium then leaves indices on the line and lifts exponents too far. */
export function noteMathFont(): void {
  const probe = document.createElement('div');
  probe.innerHTML = '<math><msub><mi>x</mi><mi>x</mi></msub></math>';
  document.body.append(probe);
  const [base, index] = [...probe.querySelectorAll('mi')].map((each) => each.getBoundingClientRect().bottom);
  document.documentElement.classList.toggle('no-math-font', index - base < 1);
  probe.remove();
}
