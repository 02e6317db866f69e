import { render } from 'preact';
import { App } from './app';
import { learn } from './state/me';
import { listen } from './state/router';

const root = document.getElementById('app');
if (root) {
  listen();
  void learn();
  render(<App />, root);
}
