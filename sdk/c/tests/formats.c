#include "expect.h"

#include <limits.h>

/* Whether a format gives what `snprintf` does. */
#define AS_PRINTF(...)                                          \
  do {                                                          \
    char wanted[512];                                           \
    int length = snprintf(wanted, sizeof wanted, __VA_ARGS__);  \
    gp_string_t text = gp_format(__VA_ARGS__);                  \
    EXPECT(gp_same(text, exactly(wanted, (size_t)length)));     \
  } while (0)

void formats(void) {
  gp_string_t zero = T("a\0b"), none = {0};
  EXPECT(gp_same(gp_format("<" GP_S ">", GP_ARG(zero)), T("<a\0b>")));
  EXPECT(gp_same(gp_format(GP_S GP_S "%d", GP_ARG(zero), GP_ARG(zero), 7), T("a\0ba\0b7")));
  EXPECT(gp_same(gp_format(GP_S, GP_ARG(gp_utf8(none))), none));
  EXPECT(gp_format("%c", 0).len == 1);
  /* A text's own percent signs are text. */
  EXPECT(gp_equal(gp_format(GP_S, GP_ARG(T("%s%n%d"))), "%s%n%d"));
  gp_string_t huge = repeated("0123456789abcdef", 1 << 16);
  EXPECT(gp_format(GP_S "!", GP_ARG(huge)).len == huge.len + 1);

  AS_PRINTF("plain");
  AS_PRINTF("100 %% of %s", "it");
  AS_PRINTF("%d %i %u %o %x %X", -1, INT_MIN, UINT_MAX, 8, 255, 255);
  AS_PRINTF("%hhd %hd %ld %lld %jd %zd %td", 300, 70000, LONG_MIN, LLONG_MIN, (intmax_t)-3, (size_t)4, (ptrdiff_t)-5);
  AS_PRINTF("%hhu %hu %lu %llu %ju %zu", 300, 70000, ULONG_MAX, ULLONG_MAX, UINTMAX_MAX, SIZE_MAX);
  AS_PRINTF("%5d|%-5d|%05d|%+d|% d|%#x", 42, 42, 42, 42, 42, 42);
  AS_PRINTF("%*d|%-*d|%*d", 6, 42, 6, 42, -6, 42);
  AS_PRINTF("%.3d|%.*d|%.*d", 7, 3, 7, -1, 7);
  AS_PRINTF("%f %.0f %.2e %g %a %10.3f", 1.5, 2.5, 12345.678, 1e-9, 1.0, 3.14159);
  AS_PRINTF("%Lf", (long double)2.25);
  AS_PRINTF("%c%c|%3c|%-3c|", 'a', 'b', 'c', 'd');
  AS_PRINTF("%s|%10s|%-10s|%.2s|%.*s|%10.2s", "text", "text", "text", "text", 3, "text", "text");
  /* A zero ends what printf's own conversion takes, even where it was told of more. */
  AS_PRINTF("%.*s", 10, "short");
  AS_PRINTF("%p", (void *)&zero);

  gp_log(GP_LOG_LEVEL_INFO, "cut \xe6\xbc %d", 1);
  EXPECT(gp_equal(logged, "cut \ufffd 1"));
  gp_log(GP_LOG_LEVEL_INFO, GP_S, GP_ARG(zero));
  EXPECT(gp_same(logged, zero));
}
