// Whether this build runs under a sanitizer: deep tests take their shallow variant there.

#ifndef LUDUS_TESTS_SANITIZED_H
#define LUDUS_TESTS_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LUDUS_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LUDUS_TEST_SANITIZED 1
#endif
#endif
#ifndef LUDUS_TEST_SANITIZED
#define LUDUS_TEST_SANITIZED 0
#endif

#endif
