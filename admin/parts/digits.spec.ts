import { latinDigits } from './digits';

describe('latinDigits', () => {
  it('reads digits of any keyboard', () => {
    expect(latinDigits('۰۱۲۳۴۵۶۷۸۹ ٠١٢٣٤٥٦٧٨٩ 0123456789')).toBe('0123456789 0123456789 0123456789');
  });

  it('leaves the rest as it is', () => {
    expect(latinDigits('کفش ۴۲، size 9½')).toBe('کفش 42، size 9½');
  });
});
