// What a page must keep, read from the page itself. Gives a list of sentences; empty is good.
// least: the smallest height in CSS pixels of a main target; text: the smallest letters.
async ({language, least, text}) => {
  const wrong = [];
  const words = (element) => (element.innerText ?? element.textContent ?? '').replace(/\s+/g, ' ').trim();
  const tell = (element) => `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"` +
    ` name="${element.getAttribute('name') ?? ''}"> ${words(element).slice(0, 40)}`;
  const hidden = (element) => !element.checkVisibility({visibilityProperty: true}) ||
    element.closest('.visually-hidden, .qf-skip, .qf-offline') !== null;

  const headings = [...document.querySelectorAll('h1')].filter((one) => !hidden(one));
  if (headings.length !== 1 || !words(headings[0])) wrong.push(`${headings.length} h1`);
  if (document.documentElement.lang !== language) wrong.push(`lang ${document.documentElement.lang}`);
  if (!document.title.split(' · ')[0].trim() || !document.title.includes(' · ')) wrong.push(`title ${document.title}`);

  for (const control of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (control.hidden) continue;
    const named = [...(control.labels ?? [])].some((label) => label.textContent.trim());
    const spoken = control.getAttribute('aria-label') || control.getAttribute('aria-labelledby');
    if (!named && !spoken) wrong.push(`no label: ${tell(control)}`);
  }
  for (const picture of document.querySelectorAll('svg, img')) {
    if (picture.tagName === 'IMG' && !picture.hasAttribute('alt')) wrong.push(`no alt: ${picture.src}`);
    const around = picture.closest('a, button, summary, label') ?? picture.parentElement.parentElement;
    if (!around.textContent.trim()) wrong.push(`icon without words: ${tell(around)}`);
    if (picture.tagName === 'svg' && picture.getAttribute('aria-hidden') !== 'true') wrong.push(`icon is read out: ${tell(around)}`);
  }
  const targets = '.btn, .form-control, .form-select, .qf-check, .qf-tabs a, .qf-nav a, .qf-menu-item, summary.qf-tool, .qf-fold > summary';
  for (const target of document.querySelectorAll(targets)) {
    const box = target.getBoundingClientRect();
    if (hidden(target) || box.width < 2 || target.matches('.my-why > summary, .qf-quote > summary')) continue;
    if (box.height < least - 0.5) wrong.push(`${box.height.toFixed(0)} px high: ${tell(target)}`);
  }
  // the name of whom one acts for is cut in the frame and stands whole in its menu and on the pages
  for (const box of document.querySelectorAll('main *, .qf-footer *')) {
    if (hidden(box) || !words(box) || box.matches('select, textarea, input') || box.closest('thead')) continue;
    const style = getComputedStyle(box);
    if (style.overflowX !== 'visible' && box.scrollWidth > box.clientWidth + 1) wrong.push(`cut or scrolled: ${tell(box)}`);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (text && walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || hidden(element)) continue;
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (size < text - 0.05) wrong.push(`letters of ${size} px: ${tell(element)}`);
  }
  const found = await axe.run(document, {
    runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']},
    resultTypes: ['violations'],
    rules: {'target-size': {enabled: true}},
  });
  for (const one of found.violations) {
    if (one.impact !== 'serious' && one.impact !== 'critical') continue;
    for (const node of one.nodes) wrong.push(`${one.id}: ${node.target} ${node.any[0]?.message ?? ''}`);
  }
  return wrong;
}
