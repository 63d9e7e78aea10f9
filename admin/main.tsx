import { createRoot } from 'react-dom/client';
import { App } from './app';
import { startLanguage } from './i18n/language';

startLanguage();
createRoot(document.getElementById('root')!).render(<App />);
