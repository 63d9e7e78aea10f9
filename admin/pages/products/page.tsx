import { useTranslation } from 'react-i18next';
import { Page } from '../../parts/page';

export default function ProductsPage() {
  const { t } = useTranslation('products');
  return <Page title={t('title')}>{null}</Page>;
}
