/** Firmware, boot loader, kernel, IMA, and what shim keeps (TCG PC Client Platform Firmware Profile 1.06, 3.3.4). */
export const usualRegisters: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14];

/** The register of the kernel's measurement list. */
export const measurementRegister = 10;
