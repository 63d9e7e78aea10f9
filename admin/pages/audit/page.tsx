import { useTranslation } from 'react-i18next';
import { Page } from '../../parts/page';

export default function AuditPage() {
  const { t } = useTranslation('audit');
  return <Page title={t('title')}>{null}</Page>;
}
