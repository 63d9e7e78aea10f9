import { ApiProperty } from '@nestjs/swagger';
import { CurrencyCode } from '../../validation/rules';

export class TakeNativeWebhooksDto {
  @ApiProperty({
    example: 'IRT',
    description:
      "Of the shop's prices, ISO 4217 or IRT for toman: WooCommerce's own webhooks name none, and ten toman are a hundred rial",
  })
  @CurrencyCode()
  currency: string;
}

export class NativeWebhookDto {
  @ApiProperty({ example: 'https://sync.example.com/api/integrations/woocommerce/native/1/' })
  delivery_url: string;

  @ApiProperty({
    type: [String],
    example: ['product.created', 'product.updated', 'product.deleted', 'product.restored'],
  })
  topics: string[];

  @ApiProperty({ example: 'IRT' })
  currency: string;
}

export class NativeWebhookWithSecretDto extends NativeWebhookDto {
  @ApiProperty({ description: 'Shown this one time' })
  secret: string;

  @ApiProperty({
    type: Date,
    nullable: true,
    description:
      'Until when the secret before this is believed too, so that no webhook is refused in between',
  })
  previous_secret_until: Date | null;

  @ApiProperty()
  message: string;
}
