/** @param userId whose it is; staff need it in the address, others see only their own */
export const productAddress = (id: number, userId: number, isStaff: boolean): string =>
  isStaff ? `/products/${id}?user_id=${userId}` : `/products/${id}`;
