// What aktualizr's own tests read (advancedtelematic/aktualizr, tests/test_data/repo/repo, made by its uptane-generator):
// of the Director a root and two targets, of the Image repository all four roles. They hold until 2021-07-04T16:33:27Z.
const expires = '2021-07-04T16:33:27Z';
const directorKeyId = '798f4a19aa185f97c3c119e78f251cc30f293b226c3dc1ccd8694f15b1f36d5d';
const imageKeyId = '5efd9a80be20c9e7583e680cab88537ad9cfc04f62864b3a8ce1321de76f38b4';

const directorKey =
  '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxKtEgqt9VvDsLAbnP+Cc\nqTmchCUyIuL1qNzRNOWrlo9XTuHTuP2EbfIOeyeh4dL83MU+75qFEg92X0X+cMN9\nDEdXYChsXk5oqQoZ8dwLkAfkaMn0sFeCDXAc4XG//OuagP+ZuHgd1O2GcS/VxLMJ\nIQ+a7f1HnyCWEx5D3Cf9hH06pEwRxdR48OlcvTzBW9U0xDe35LWBk4SpfCVH5dhK\nrrdF6WXV7S59IyreCwE2jmkv2i+qDqgBJJP6FD1KZKi8smknzKrLAlrwGMFU8Ljx\nskOFaP+ywdHysJ5gqSO1AP3C5DztGDl0FlPe9RdqzvksRyCGXgk66vj7M13kyCEg\nuQIDAQAB\n-----END PUBLIC KEY-----\n';
const imageKey =
  '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3wKhArnaDCisc8UKQlas\nLT0GYF4CZKxtsk4B0cOPQfqjuQbpbOXFmgDhryKlzOPNHImpU8RdVbcOWr2cGKSf\nhQ4Oh5xK3lcNnW8r9iiyNIUxEyiqn3hxQJPnPsfoVSKaBDA6ukK4awLXNC7SZVui\njVKP+9iw25mjQheBa1do+MtMo2gZrOhAXiD3gnEabQ8c+Sxyd3INkQ3jBxF/g3jY\nWOlgjnSJpAoO8ZUHr1CeXEjycgQgBB8FABy7kfvp5PW+i3NZZS1LEklP5b+Ow7xM\nAJNloPurjVGc29r0k7DZtpXmyrPDHOIFcGOzB7oGGA8lMSAnSVwuA2JpJI3dpMR/\nnwIDAQAB\n-----END PUBLIC KEY-----\n';

const firmware = {
  dummy: {
    hashes: {
      sha256: '8ab755c16de6ee9b6224169b36cbf0f2a545f859be385501ad82cdccc240d0a6',
      sha512:
        'fa49cac70102f1ae2a617727f4d1b5d44ccccad7fda1fe6b07c111b6e26769f51aa33af22ff27314f8dc80c5500221d07baeeebb9b868a822229d1036cd6d1ab',
    },
    length: 39,
  },
  primary: {
    hashes: {
      sha256: '74e653bbf6c00a88b21f0992159b1002f5af38506e6d2fbc7eb9846711b2d75f',
      sha512:
        '91814ad1c13ebe2af8d65044893633c4c3ce964edb8cb58b0f357406c255f7be94f42547e108b300346a42cd57662e4757b9d843b7acbc090df0bc05fe55297f',
    },
    length: 59,
  },
  secondary: {
    hashes: {
      sha256: '1bbb15aa921ffffd5079567d630f43298dbe5e7cbc1b14e0ccdd6718fde28e47',
      sha512:
        '7dbae4c36a2494b731a9239911d3085d53d3e400886edb4ae2b9b78f40bda446649e83ba2d81653f614cc66f5dd5d4dbd95afba854f148afbfae48d0ff4cc38a',
    },
    length: 15,
  },
  secondary2: {
    hashes: {
      sha256: 'd4954953d86ec6a5689f32373206a5fed4fd16679c5a910c406005d1348ecf95',
      sha512:
        '833ddc5138304cfb01513afb01a0d7fc78bcc605e59e70424214a7a4bff671e3e7c41f635710d22edbf234db84696c6806deb56a1e3e04db0bff1519727abb98',
    },
    length: 21,
  },
};

const forEcu = (ecu: string, hardwareId: string) => ({
  custom: { ecuIdentifiers: { [ecu]: { hardwareId } } },
});

const rolesOf = (keyId: string) => {
  const role = { keyids: [keyId], threshold: 1 };
  return { root: role, snapshot: role, targets: role, timestamp: role };
};

const file = (keyid: string, sig: string, signed: object) => ({
  signatures: [{ keyid, method: 'rsassa-pss', sig }],
  signed,
});

const rootOf = (keyId: string, key: string) => ({
  ...{ _type: 'Root', expires, version: 1 },
  keys: { [keyId]: { keytype: 'RSA', keyval: { public: key } } },
  roles: rolesOf(keyId),
});

export const directorRoot = file(
  directorKeyId,
  'ic8qsSOvm2TCp02026qhc43Il46G2QPF+qCGmrOnNM1qEyg5jBqKMukMkAfS+daFOG3tQAU4Ex6jC0zySF6KTIl92lZOT9TOvXdt7/Xuvz0BFK7HDqPNa/zrQlkMbCQd+CpSUfuU3Xx/gzjtgS6KMuvSJsvIN8KXtQXUPns9Ftb1XgteKTkzW68B2iLhIpIjRcycJ/6VeIOxXNplb+EweRVh3NrCbUr5RDF0QCuurP84F5QkO9qej5wThF1JiS0qiKHCuRIm3n4nshbkAFKpWFHGD0ROv3vul8I1ct02KFt6IQfqgILjD3SBDg4LWitm6wNdok/I64LNHCeCRUBPzQ==',
  rootOf(directorKeyId, directorKey),
);

/** `targets_hasupdates.json`: an image for the primary and one for a secondary. */
export const directorTargets = file(
  directorKeyId,
  'ck5pu2LPxFYs39d6eDauGseBHWwmHTE6VNJ2Ngs+Iu6zveFjYPf/IU6P/ucBkWC8MnlgswLZeIznXU/+ynSoL95W5wHWYDxKruzTOCYUmXJxTFK+q4cnnfOgvBmoDh35M889vrqFQtsp2SG8P6VIe4iPnb02wbopVcW4FcCLks+3idg8lk15W0Pm3yedkmu7ycJk8ZuY11V8Xrt4at+DCcsK+TD0YiKmbypsBDAkS+lyjYz7aYqyXiLf0r4RbdIaBs6SM+KxcXb0QQK5wDEe0vbek5WYTz6fp91PED/q5KkrN60LCnIxRKSxg5dT06GJqcejr59r80OwOj0okYrqGw==',
  {
    ...{ _type: 'Targets', custom: { correlationId: 'id0' }, expires, version: 2 },
    targets: {
      'primary_firmware.txt': { ...forEcu('CA:FE:A6:D2:84:9D', 'primary_hw'), ...firmware.primary },
      'secondary_firmware.txt': { ...forEcu('secondary_ecu_serial', 'secondary_hw'), ...firmware.secondary },
    },
  },
);

/** `targets_multisec.json`: images for two secondaries. */
export const directorTargetsForTwo = file(
  directorKeyId,
  'muvbEur9wkgjhmR4rSJTn3DpNxAD0cWt5L3LMdc8rD0JRYsO1guhpBkMMebobPyN0fzGZOW95EKev2PjO639BjXlyqQcUTaEbGWeDtNxf/fRrUlA+KDSK1mY1fYHY4g+hJC0R/ArX+TXEb411p8oQ0vHn35vOEeLwLCDUk6Oc0Uis6HC3yo8EVBEAheQlg5nAcwm7fs0qDmaX1DpDaeLRG7xc78+2AsIqj29tjPNJQIk+775F0+NBWxuvIk88zU3XyLyW/9/Qzh1ntETziaa4WpTGQ+Y0pYCX7082osf221HyCGLbpjzfyUxqVYqobMvtxg6V9v6U3K4JvCoB+mzWA==',
  {
    ...{ _type: 'Targets', custom: { correlationId: 'id0' }, expires, version: 2 },
    targets: {
      'secondary_firmware.txt': { ...forEcu('sec_serial1', 'sec_hwid1'), ...firmware.secondary },
      'secondary_firmware2.txt': { ...forEcu('sec_serial2', 'sec_hwid2'), ...firmware.secondary2 },
    },
  },
);

export const imageRoot = file(
  imageKeyId,
  'SlBn0tWk9H5vg1zcqYJO7zD7LXHndoRzy4ANWGdqZFGT4o2XkYhEdGElVBI1zSQQq2wZltaovT0LPxr24jiC9pbNGMgETNHakNEKnqtVPcHhxgxcvyHuCXwHbprr98yQQqdGdFIPoBPKImcDz7qp+up1MVPnflgN2Kq5PGkL7SynoJueVXATNHaFP4Ph6EW1NgFBVY26q5K0dqvYii1v2Ga8veMLvWM+bo199rN/LLwOY3cRJpVn5Sy1CvtWGHBPqIz2TIwTrwE/vjG2jLGHtTI9TXfDpDG0HyMiX0UDYI5OEpolwMg4o3BUEyaAo11BaZGRHvO3oxfrf6zH8UppHg==',
  rootOf(imageKeyId, imageKey),
);

export const imageTargets = file(
  imageKeyId,
  'p0w2rsUeZ3tEtAvgRsVkE/j9w1PT8XU+PGsrYrO8UYTorLE2U9zvQkSAy5YIDORIWAXUpZ386dXjDhpkQ63ItTtkz8QfYdXGM5vvFtm5g/dTezWG72SWJ78Oz/L91atyCHn2sIZVGRROtDqNwTG4l/wxmbWN/yjIQXJVdif2bxSCC+iQxNNhXq9HlJtgIUkTuOCdmiEo2fw8vNgHVbpjUJZUSJ5UxgVnENz44T+YPusA+Aeh/AqDO7JjZdBBb/PGTp8D54EMcyHYmzESBvIhydH7DgLu5ExnRVmg/0HtGljkQrOx5OKp45TiwsyBIeM2+Dq+UJQEueFUj3/mGwjsMg==',
  {
    ...{ _type: 'Targets', expires, version: 4 },
    targets: {
      'dummy_firmware.txt': firmware.dummy,
      'primary_firmware.txt': firmware.primary,
      'secondary_firmware.txt': firmware.secondary,
    },
  },
);

export const imageSnapshot = file(
  imageKeyId,
  'hDz2mLMP0VOS4jryWzcLONE3SgNnddyRi7okWDdhe/y1TL2pj3w4uYIqUzdyJX1Af6uf6NJO4xcv/7A3hmtH72KM+Zh+yZEyzm1NWZwSkUznFBxccDhAKWFQXlC7LJ/XQHokK9+jEv95rDbNusROM+CaZbZ5NvXvoj/ZFTt+Dt6SPshxBVjBYwo/9QnxsnXZ9AOYwCoPTg+tWBHHOBTn+OHG63f3i66ROFG5OiKPiUrxUmFApyfsZm3QLrsi+YVp0QrwW9iPUTNc1t50psky9GmV/FwXTcTCJiOtvCPt8QhbD8/jgFXW5NDzgi6ANhUJPyDjONDbr3h768LHozMS9g==',
  {
    ...{ _type: 'Snapshot', expires, version: 4 },
    meta: {
      'root.json': {
        hashes: {
          sha256: '8a81c5212c6cb67ad418480c6932b855cf14a27d9547b2723e2feb783c972f01',
          sha512:
            '562840713fd4049db2c1d6681e860b4e7eae8d5017af3221c44e00cc27c4e677a13f73d2bea4dbada3946da9daeaec265de909fefc6ff33a45d09bfef5582df0',
        },
        length: 1542,
        version: 1,
      },
      'targets.json': {
        hashes: {
          sha256: '1010135a632ee394e6e0d194299466c169780c7bf4754d9b6708ee473dbce614',
          sha512:
            '22c07f4bda28859b9b3e80901da46febce4287cc4a259a909a0d400e30aa9f06afa8ad4b9d9dcfe140aaefafae7c60909d37a73ae9caf7682570d027c0749470',
        },
        length: 1346,
        version: 4,
      },
    },
  },
);

export const imageTimestamp = file(
  imageKeyId,
  'l2g7z3hoJFW3Eg4RStcXo8kVf8JlHAEihaQNS1KAk5+vaOk8WFPr5/CoCC/v/2Wgtz1ssSyC18aRPjsuf8yiDZ8BwVqvb+2ZIxEKUUG6+hmsXK3iEXNmz2ZLER4PKSk0IiB6RjavAyUMmNhfghnFNk8/DH43CyXQmd1WTRCG75O09QpRdd7vB3lDq9qvx1nbKyYTWJnEyhS8SI7Ya7Vuqzo9xS2JaLvkgQUzVcK8IZ1i4com2SL9AkuC29FLq6U7r1OO2R4v6QmiWP7V0BTEj27ydEDi104nck8xkT+c3oSySY09/xKHkFVsVecWvp9gQsPveJpdnzjGYhIUzLvtHw==',
  {
    ...{ _type: 'Timestamp', expires, version: 4 },
    meta: {
      'snapshot.json': {
        hashes: {
          sha256: '2cf8b81b41f9a9aca212e1c3c2c3a1f494a7f638fc62aaaa3b8193c6fce3cf5e',
          sha512:
            'c7cf379d8ee4698c8d6c426ec7f3be06a63abef75db1e53030637e70634825878bc6d0c4b7f3344a65d6ed05b9b35c4914ddaf1032ee94b12957dc1308893c50',
        },
        length: 1089,
        version: 4,
      },
    },
  },
);
