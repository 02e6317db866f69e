// Icons as paths on a 16-unit grid, drawn in the colour of the text.

const PATHS = {
  sun: 'M8 4.8a3.2 3.2 0 1 1 0 6.4a3.2 3.2 0 0 1 0-6.4M8 .8v1.6M8 13.6v1.6M.8 8h1.6M13.6 8h1.6M2.9 2.9L4 4M12 12l1.1 1.1M2.9 13.1L4 12M12 4l1.1-1.1',
  moon: 'M13.5 9.6A5.8 5.8 0 1 1 6.4 2.5a4.6 4.6 0 0 0 7.1 7.1z',
  auto: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 2v12M10.5 3v10M12.6 4.5v7',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  stop: 'M4 4h8v8H4z',
  play: 'M5 3.2l7.5 4.8L5 12.8z',
  branch: 'M4.5 5v6M4.5 5a1.6 1.6 0 1 0 0-.01M4.5 14.2a1.6 1.6 0 1 0 0-.01M11.5 6.6a1.6 1.6 0 1 0 0-.01M11.5 6.7c0 3-4.5 2-6.6 4.4',
  pen: 'M10.8 2.8l2.4 2.4L5.6 12.8l-3 .6.6-3z',
  check: 'M2.8 8.6l3.4 3.4 7-8',
  down: 'M8 2.5v8M4.5 7.2L8 10.7l3.5-3.5M2.8 13.5h10.4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 2.5h-8v8',
  back: 'M9.8 3.2L5 8l4.8 4.8',
  next: 'M6.2 3.2L11 8l-4.8 4.8',
  search: 'M6.8 2.3a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9M10.2 10.2l3.6 3.6',
  warn: 'M8 2.2l6.3 11H1.7zM8 6.4v3.4M8 11.3v.6',
  help: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M6.2 6.3a1.9 1.9 0 1 1 2.7 1.8c-.6.3-.9.6-.9 1.3M8 11.3v.4',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  compare: 'M5 3v10M2.5 5.5L5 3l2.5 2.5M11 13V3M8.5 10.5L11 13l2.5-2.5',
  star: 'M8 2l1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
