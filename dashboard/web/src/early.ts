import { remembered } from './state/theme-choice';

const choice = remembered();
if (choice !== 'system') document.documentElement.dataset['theme'] = choice;
