/* SHA-256 (FIPS 180-4): the C library of plugins has none. */
#include "goalpost.h"

#include <string.h>

static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turned(uint32_t word, int by) { return word >> by | word << (32 - by); }

static void take(uint32_t state[8], const uint8_t *block) {
  uint32_t words[64], v[8];
  for (int n = 0; n < 16; n++) {
    const uint8_t *from = block + 4 * n;
    words[n] = (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
  }
  for (int n = 16; n < 64; n++) {
    uint32_t a = words[n - 15], b = words[n - 2];
    words[n] = words[n - 16] + (turned(a, 7) ^ turned(a, 18) ^ a >> 3) + words[n - 7] + (turned(b, 17) ^ turned(b, 19) ^ b >> 10);
  }
  memcpy(v, state, sizeof v);
  for (int n = 0; n < 64; n++) {
    uint32_t e = v[4], a = v[0];
    uint32_t one = v[7] + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + rounds[n] + words[n];
    uint32_t two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof *v);
    v[4] += one;
    v[0] = one + two;
  }
  for (int n = 0; n < 8; n++) {
    state[n] += v[n];
  }
}

void gp_sha256(gp_string_t text, uint8_t digest[32]) {
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  size_t at = 0;
  for (; text.len - at >= 64; at += 64) {
    take(state, text.ptr + at);
  }
  /* What is left, a mark, and the length in bits: one block or two. */
  uint8_t end[128] = {0};
  size_t left = text.len - at, size = left < 56 ? 64 : 128;
  if (left > 0) {
    memcpy(end, text.ptr + at, left);
  }
  end[left] = 0x80;
  for (int n = 0; n < 8; n++) {
    end[size - 1 - n] = (uint8_t)((uint64_t)text.len * 8 >> 8 * n);
  }
  for (at = 0; at < size; at += 64) {
    take(state, end + at);
  }
  for (int n = 0; n < 32; n++) {
    digest[n] = (uint8_t)(state[n / 4] >> (24 - 8 * (n % 4)));
  }
}
