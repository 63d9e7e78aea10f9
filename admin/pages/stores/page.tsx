import { useTranslation } from 'react-i18next';
import { Page } from '../../parts/page';

export default function StoresPage() {
  const { t } = useTranslation('stores');
  return <Page title={t('title')}>{null}</Page>;
}
