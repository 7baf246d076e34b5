/** The lecture: its sections in the page's language, whose pictures are made anew with one's own photo. */

import { useEffect, useRef } from 'preact/hooks';
import type { Job, Section } from './api';
import { api } from './api';
import { SettingsForm } from './form';
import { InputsForm } from './inputs';
import { Button, copy } from './parts';
import { Running } from './result';
import { attempt, changeDraft, draftOf, everyJob, go, lookFor, make, operations, section, tell } from './state';
import { language, say, texts } from './words';

const OPERATION = 'tour-section';
interface Exhibit { kind: 'figure' | 'drawing' | 'command'; file: string; size: [number, number]; html: string; caption: string; captions?: Record<string, string>; span: number; tall?: boolean; text: string }

export function LectureRoom() {
  const contents = useRef<HTMLElement>(null);
  useEffect(() => void lookFor(OPERATION), []);
  useEffect(() => {
    const current = contents.current?.querySelector<HTMLElement>('[aria-current]');
    if (current) contents.current!.scrollTop = current.offsetTop - 60;
  }, [section.value, texts.value]);
  const lecture = texts.value?.lecture;
  const operation = operations.value.get(OPERATION);
  if (!lecture || !operation) return <p class="stage-note">…</p>;
  const index = Math.max(0, lecture.sections.findIndex((each) => each.key === section.value));
  const open = lecture.sections[index];
  const made = (key: string) => latest(key);
  const makeSections = (keys: string[]) => {
    const { settings } = draftOf(OPERATION);
    changeDraft(OPERATION, { settings: { ...settings, section: keys[0], language: language.value } });
    void make(OPERATION, keys.length > 1 ? { section: keys } : undefined);
  };
  const visit = (key: string) => {
    section.value = key;
    go('lecture');
    document.getElementById('main')?.scrollIntoView();
  };
  return (
    <div class="lecture">
      <aside>
        <form class="panel" onSubmit={(event) => { event.preventDefault(); makeSections([open.key]); }}>
          <InputsForm operation={operation} hints={{}} />
          <button class="button primary" id="make">{say('withMyPicture')}</button>
          <details>
            <summary>{say('settings')}</summary>
            <SettingsForm operation={operation} hints={{}} without={['section', 'language']} />
            <Button kind="quiet" onClick={() => makeSections(lecture.sections.map((each) => each.key))}>{say('makeAll')}</Button>
          </details>
        </form>
        <nav ref={contents} aria-label={say('contents')}>
          {Object.entries(lecture.parts).map(([part, title]) => (
            <>
              <h2>{title}</h2>
              <ol>
                {lecture.sections.map((each, number) => each.part === part && (
                  <li value={number + 1}>
                    <button type="button" aria-current={each.key === open.key ? 'page' : undefined} onClick={() => visit(each.key)}>{each.title}</button>
                    {made(each.key)?.state === 'done' && <span class="made-mark" title={say('done')} aria-label={say('done')}>●</span>}
                  </li>
                ))}
              </ol>
            </>
          ))}
        </nav>
      </aside>
      <SectionView key={open.key} open={open} number={index + 1} job={made(open.key)} code={lecture.code} papers={lecture.papers} />
      <nav class="row turn" aria-label={say('contents')}>
        {index > 0 && <Button onClick={() => visit(lecture.sections[index - 1].key)}>{`← ${lecture.sections[index - 1].title}`}</Button>}
        {index + 1 < lecture.sections.length && <Button onClick={() => visit(lecture.sections[index + 1].key)}>{`${lecture.sections[index + 1].title} →`}</Button>}
      </nav>
    </div>
  );
}

/** The latest job of a section, in the page's language if there is one. */
function latest(key: string): Job | undefined {
  const jobs = [...everyJob.value.values()].filter((job) => job.operation === OPERATION && job.settings.section === key);
  jobs.sort((one, other) => other.created - one.created);
  return jobs.find((job) => job.settings.language === language.value) ?? jobs[0];
}

function SectionView({ open, number, job, code, papers }: { open: Section; number: number; job?: Job; code: string; papers: string }) {
  const exhibits = (job?.rows ?? []) as unknown as Exhibit[];
  const commands = exhibits.filter((each) => each.kind === 'command').map((each) => each.text);
  return (
    <article class="section" data-section={open.key} data-state={job?.state}>
      <h2><span class="numeral">{number}</span> {open.title}</h2>
      {open.idea.map((each) => <p>{each}</p>)}
      {open.formulas.length > 0 && <div class="formula">{open.formulas.map((each) => <Html source={each} />)}</div>}
      {!job && <p class="stage-note empty">{say('notMadeYet')}</p>}
      {job?.state === 'waiting' && <p class="stage-note">{say('queued')}</p>}
      {job?.state === 'running' && <><Running job={job} /><div class="row"><Button onClick={() => void attempt(() => api.stop(job.id))}>{say('stop')}</Button></div></>}
      {job?.state === 'failed' && <p class="bad">{job.message}</p>}
      {job && exhibits.length > 0 && (
        <div class="exhibits">
          {exhibits.filter((each) => each.kind !== 'command').map((each) => <ExhibitView key={`${job.id} ${each.file ?? each.caption}`} job={job} exhibit={each} />)}
        </div>
      )}
      {commands.length > 0 && (
        <div class="code">
          <pre tabIndex={0}>{commands.join('\n')}</pre>
          <Button kind="small" onClick={() => void copy(commands.join('\n')).then(() => tell(say('copied')))}>{say('copy')}</Button>
        </div>
      )}
      <p class="quiet sources">
        {code} {open.source.map((each, index) => <>{index > 0 && ', '}<code>{each}</code></>)}
        {open.papers.length > 0 && <><br />{papers} {open.papers.join('; ')}</>}
      </p>
    </article>
  );
}

function ExhibitView({ job, exhibit }: { job: Job; exhibit: Exhibit }) {
  const source = `/api/jobs/${job.id}/result?name=${encodeURIComponent(exhibit.file)}`;
  const [height, width] = exhibit.size ?? [0, 0];
  const caption = exhibit.captions?.[language.value] ?? exhibit.caption;
  return (
    <figure class={exhibit.tall ? 'tall' : ''} style={{ '--span': String(exhibit.span) }}>
      {exhibit.kind === 'figure' ? (
        <a href={source} target="_blank" rel="noopener">
          <img src={source} alt={caption} width={width} height={height} loading="lazy" style={{ maxWidth: `${Math.round(1.6 * width)}px` }} />
        </a>
      ) : (
        <div class="drawing" tabIndex={0}><Html source={exhibit.html} /></div>
      )}
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** Tables, plots and formulas that the lecture draws; their styles are set by script, as the page's policy asks for. */
function Html({ source }: { source: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current!.innerHTML = source.replaceAll(' style="', ' data-style="');
    place.current!.querySelectorAll<HTMLElement>('[data-style]').forEach((each) => (each.style.cssText = each.dataset.style!));
  }, [source]);
  return <div ref={place} />;
}
