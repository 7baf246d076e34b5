/** The page's words in two languages; the help of settings and the lecture come from the server. */

import { signal } from '@preact/signals';
import type { Texts } from './api';
import { english, labels, lines, named } from './labels';

export type Language = 'en' | 'ru';
export const language = signal<Language>(navigator.language.startsWith('ru') ? 'ru' : 'en');

/** What the server has in the language of the page. */
export const texts = signal<Texts | null>(null);

const WORDS = {
  paint: ['Paint', 'Живопись'],
  dream: ['Dream', 'Сны'],
  look: ['Look inside', 'Заглянуть внутрь'],
  classes: ['Classes', 'Классы'],
  atlas: ['Atlas', 'Атлас'],
  imagine: ['Imagine', 'Воображение'],
  lecture: ['Lecture', 'Лекция'],
  gallery: ['Gallery', 'Галерея'],
  api: ['API', 'API'],
  queue: ['Queue', 'Очередь'],
  make: ['Make', 'Сделать'],
  makeLonger: ['Make it', 'Сделать'],
  stop: ['Stop and keep', 'Остановить и оставить'],
  pause: ['Pause', 'Пауза'],
  goOn: ['Go on', 'Продолжить'],
  remove: ['Remove', 'Удалить'],
  up: ['Earlier', 'Раньше'],
  down: ['Later', 'Позже'],
  edit: ['Edit', 'Изменить'],
  save: ['Save', 'Сохранить'],
  cancel: ['Cancel', 'Отмена'],
  close: ['Close', 'Закрыть'],
  again: ['Again', 'Ещё раз'],
  anotherSeed: ['Same, another seed', 'То же с другим зерном'],
  useSettings: ['Use its settings', 'Взять настройки'],
  useAsInput: ['Use as input', 'Взять как исходное'],
  download: ['Download', 'Скачать'],
  compare: ['Compare', 'Сравнить'],
  compareWith: ['Choose a second one to compare with.', 'Выберите вторую для сравнения.'],
  slider: ['Slider', 'Шторка'],
  sideBySide: ['Side by side', 'Рядом'],
  switch: ['Switch', 'Переключать'],
  whatDiffers: ['What differs', 'Чем отличаются'],
  nothingDiffers: ['Nothing: the same settings.', 'Ничем: настройки одинаковы.'],
  code: ['As a command, as Python', 'Команда и Python'],
  numbers: ['Numbers', 'Числа'],
  losses: ['Losses', 'Потери'],
  settings: ['Settings', 'Настройки'],
  dropHere: ['Drop a picture, or click', 'Перетащите картинку или нажмите'],
  dropMany: ['Drop pictures, or click', 'Перетащите картинки или нажмите'],
  choose: ['Choose a picture', 'Выберите картинку'],
  fromComputer: ['From this computer', 'С этого компьютера'],
  samples: ['Samples', 'Образцы'],
  uploaded: ['Uploaded', 'Загруженные'],
  made: ['Made here', 'Сделанные здесь'],
  optional: ['optional', 'необязательно'],
  weight: ['Weight', 'Вес'],
  drawMask: ['Draw a mask', 'Нарисовать маску'],
  crop: ['Crop', 'Обрезать'],
  maskHelp: ['What you brush over is worked on; what stays dark stays the photo.', 'Меняется то, по чему вы провели кистью; тёмное остаётся фото.'],
  stillNeeded: ['Still needed', 'Ещё нужно'],
  drawRegions: ['Draw regions', 'Нарисовать области'],
  regionsHelp: ['Each painting has a color; what stays black stays the photo.', 'У каждой картины свой цвет; где осталось чёрное, остаётся фото.'],
  region: ['Region', 'Область'],
  fillAll: ['Fill all', 'Залить всё'],
  brush: ['Brush', 'Кисть'],
  eraser: ['Eraser', 'Ластик'],
  size: ['Size', 'Размер'],
  undo: ['Undo', 'Отменить'],
  redo: ['Redo', 'Вернуть'],
  invert: ['Invert', 'Обратить'],
  clear: ['Clear', 'Очистить'],
  free: ['Free', 'Свободно'],
  longerSide: ['Longer side', 'Длинная сторона'],
  empty: ['Nothing here yet.', 'Здесь пока пусто.'],
  emptyStage: ['What you make appears here.', 'Здесь появится то, что вы сделаете.'],
  search: ['Search', 'Поиск'],
  more: ['More', 'Ещё'],
  export: ['Export', 'Выгрузить'],
  settingsBack: ['Its settings are back.', 'Настройки возвращены.'],
  settingsBackButSeed: ['Its settings are back, all but the seed.', 'Настройки возвращены, кроме зерна.'],
  noOrigin: ['It carries no settings of Pareidolia.', 'В ней нет настроек Pareidolia.'],
  offline: ['The studio does not answer.', 'Студия не отвечает.'],
  warming: ['Warming up…', 'Разогрев…'],
  waiting: ['waiting', 'ждёт'],
  running: ['under way', 'выполняется'],
  done: ['done', 'готово'],
  stopped: ['stopped', 'остановлено'],
  failed: ['failed', 'не удалось'],
  queued: ['Waiting for its turn', 'Ждёт своей очереди'],
  seconds: ['s', 'с'],
  asVideo: ['As a video', 'Как видео'],
  grid: ['A grid over settings', 'Сетка по настройкам'],
  gridHelp: [
    'One or two settings, several values each, separated by spaces: a picture for every combination.',
    'Одна или две настройки, по нескольку значений через пробел: картинка на каждое сочетание.',
  ],
  makeGrid: ['Make the grid', 'Сделать сетку'],
  wholeGrid: ['The whole grid', 'Вся сетка'],
  none: ['none', 'нет'],
  needed: ['needed', 'нужно указать'],
  automatic: ['automatic', 'само'],
  reset: ['As it was', 'Как было'],
  dice: ['Another seed', 'Другое зерно'],
  light: ['Light', 'Светлая'],
  dark: ['Dark', 'Тёмная'],
  auto: ['As the system', 'Как в системе'],
  theme: ['Colors', 'Цвета'],
  keys: ['Keys', 'Клавиши'],
  whatItIs: ['What it is', 'Что это'],
  clickPhoto: ['Click a place in the photo: which units answer there?', 'Нажмите на место фото: какие нейроны откликаются?'],
  unitsHere: ['Units that answer here', 'Нейроны, что откликаются здесь'],
  layer: ['Layer', 'Слой'],
  network: ['Network', 'Сеть'],
  unit: ['Unit', 'Нейрон'],
  plane: ['The latent plane', 'Латентная плоскость'],
  dragPlane: ['Drag in the plane, or use the arrow keys.', 'Ведите по плоскости мышью или стрелками.'],
  directions: ['Along directions', 'Вдоль направлений'],
  dropReconstruct: ['A picture of yours, and what the model makes of it', 'Ваша картинка и то, что делает из неё модель'],
  run: ['Model', 'Модель'],
  name: ['Name', 'Название'],
  names: ['Names, separated by ;', 'Названия через ;'],
  note: ['Note', 'Заметка'],
  star: ['Mark', 'Отметить'],
  copied: ['Copied', 'Скопировано'],
  copy: ['Copy', 'Скопировать'],
  skip: ['To the content', 'К содержанию'],
  yours: ['yours', 'ваша'],
  asSeen: ['as the model sees it', 'как видит модель'],
  noAtlas: ['No atlas has been built yet.', 'Атлас ещё не построен.'],
  whereItLands: ['Where the photo lands', 'Куда попадает фото'],
  cell: ['row and column', 'строка и столбец'],
  openWhole: ['In a tab of its own', 'В отдельной вкладке'],
  withMyPicture: ['Make it with my picture', 'Сделать с моей картинкой'],
  makeAll: ['Make all sections', 'Сделать все разделы'],
  notMadeYet: ['Its pictures have not been made yet.', 'Картинки этого раздела ещё не сделаны.'],
  contents: ['Contents', 'Содержание'],
  next: ['Next', 'Дальше'],
  before: ['Before', 'Назад'],
  takeSamples: ['Take sample pictures', 'Взять картинки-образцы'],
  allSamples: ['All sample photos', 'Все фото-образцы'],
  presets: ['Presets', 'Заготовки'],
  savePreset: ['Save these settings', 'Сохранить эти настройки'],
  neighbors: ['Units like it', 'Похожие нейроны'],
  itsPatches: ['What it answers to most', 'На что откликается сильнее всего'],
  itsPicture: ['What it wants to see', 'Что он хочет видеть'],
  itsTuning: ['Its tuning', 'Его настройка'],
  paintIt: ['Paint it', 'Нарисовать'],
  measureIt: ['Measure it', 'Измерить'],
  openUnit: ['Open the unit', 'Открыть нейрон'],
  howFar: ['How far can each be believed?', 'Насколько верить каждому?'],
  whatChanged: ['What changed since the one before', 'Что изменилось после предыдущей'],
  apiHelp: [
    'Everything the page does, programs can do too. The description is /openapi.json.',
    'Всё, что умеет страница, умеют и программы. Описание — /openapi.json.',
  ],
} as const;

export type Word = keyof typeof WORDS;

export const say = (word: Word): string => WORDS[word][language.value === 'en' ? 0 : 1];
export const isWord = (text: string): text is Word => text in WORDS;

/** A setting's, an operation's or a group's name for people. */
export function label(name: string): string {
  const plain = name.replaceAll('_', ' ').replaceAll('-', ' ');
  const english = plain.charAt(0).toUpperCase() + plain.slice(1);
  return language.value === 'en' ? (named[name] ?? english) : (labels[name] ?? english);
}

export const number = (value: number) =>
  new Intl.NumberFormat(language.value, { maximumSignificantDigits: 4 }).format(value);

export const moment = (seconds: number) =>
  new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(seconds * 1000);

/** An operation's name for people. */
export const operationLabel = (name: string): string =>
  language.value === 'ru' ? (labels[`operation ${name}`] ?? label(name)) : (english[name] ?? label(name));

/** The help of a setting or an input, translated where the server has that. */
export const help = (english: string): string => texts.value?.help[english] ?? english;

/** What an operation does, in a line. */
export const lineOf = (operation: { name: string; line: string }): string =>
  language.value === 'ru' ? (lines[operation.name] ?? operation.line) : operation.line;
