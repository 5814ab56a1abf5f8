/* OpenCV's OpenBLAS by numpy's: two of them are 67 MB, and each does what the other does.
 *
 * OpenCV calls 19 functions with 32-bit integers; numpy's library has the same under other names and
 * with 64-bit ones. Built and put in the place of OpenCV's library by slim.py. Sources: the reference
 * headers of CBLAS and LAPACK, https://netlib.org/lapack/explore-html/
 */
#include <stdint.h>
#include <stdlib.h>

typedef int64_t wide;

#define GEMM(name, number, scalar)                                                                  \
    void scipy_cblas_##name##64_(int, int, int, wide, wide, wide, scalar, const number *, wide,     \
                                 const number *, wide, scalar, number *, wide);                     \
    void cblas_##name(int order, int ta, int tb, int m, int n, int k, scalar alpha,                 \
                      const number *a, int lda, const number *b, int ldb, scalar beta, number *c,   \
                      int ldc)                                                                      \
    {                                                                                               \
        scipy_cblas_##name##64_(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);       \
    }
GEMM(sgemm, float, float)
GEMM(dgemm, double, double)
GEMM(cgemm, void, const void *)
GEMM(zgemm, void, const void *)

/* Each letter's length follows at the end, as gfortran passes it. */
#define WIDE(x) wide w##x = *x
#define TELL *info = (int)winfo

static wide *room(int64_t count)
{
    wide *made = malloc((count > 0 ? count : 1) * sizeof(wide));
    if (!made) abort();
    return made;
}

static void narrow(int *to, wide *from, int count)
{
    for (int i = 0; i < count; i++) to[i] = (int)from[i];
    free(from);
}

static int least(int a, int b) { return a < b ? a : b; }

#define LAPACK(p, number)                                                                           \
    void scipy_##p##gels_64_(const char *, wide *, wide *, wide *, number *, wide *, number *,      \
                             wide *, number *, wide *, wide *, size_t);                             \
    void p##gels_(const char *trans, int *m, int *n, int *nrhs, number *a, int *lda, number *b,     \
                  int *ldb, number *work, int *lwork, int *info)                                    \
    {                                                                                               \
        WIDE(m); WIDE(n); WIDE(nrhs); WIDE(lda); WIDE(ldb); WIDE(lwork); wide winfo = 0;            \
        scipy_##p##gels_64_(trans, &wm, &wn, &wnrhs, a, &wlda, b, &wldb, work, &wlwork, &winfo, 1); \
        TELL;                                                                                       \
    }                                                                                               \
    void scipy_##p##geqrf_64_(wide *, wide *, number *, wide *, number *, number *, wide *,         \
                              wide *);                                                              \
    void p##geqrf_(int *m, int *n, number *a, int *lda, number *tau, number *work, int *lwork,      \
                   int *info)                                                                       \
    {                                                                                               \
        WIDE(m); WIDE(n); WIDE(lda); WIDE(lwork); wide winfo = 0;                                   \
        scipy_##p##geqrf_64_(&wm, &wn, a, &wlda, tau, work, &wlwork, &winfo);                       \
        TELL;                                                                                       \
    }                                                                                               \
    void scipy_##p##gesdd_64_(const char *, wide *, wide *, number *, wide *, number *, number *,   \
                              wide *, number *, wide *, number *, wide *, wide *, wide *, size_t);  \
    void p##gesdd_(const char *jobz, int *m, int *n, number *a, int *lda, number *s, number *u,     \
                   int *ldu, number *vt, int *ldvt, number *work, int *lwork, int *iwork,           \
                   int *info)                                                                       \
    {                                                                                               \
        WIDE(m); WIDE(n); WIDE(lda); WIDE(ldu); WIDE(ldvt); WIDE(lwork); wide winfo = 0;            \
        wide *scratch = room(8 * (int64_t)least(*m, *n));                                           \
        (void)iwork;                                                                                \
        scipy_##p##gesdd_64_(jobz, &wm, &wn, a, &wlda, s, u, &wldu, vt, &wldvt, work, &wlwork,      \
                             scratch, &winfo, 1);                                                   \
        free(scratch);                                                                              \
        TELL;                                                                                       \
    }                                                                                               \
    void scipy_##p##gesv_64_(wide *, wide *, number *, wide *, wide *, number *, wide *, wide *);   \
    void p##gesv_(int *n, int *nrhs, number *a, int *lda, int *ipiv, number *b, int *ldb,           \
                  int *info)                                                                        \
    {                                                                                               \
        WIDE(n); WIDE(nrhs); WIDE(lda); WIDE(ldb); wide winfo = 0, *pivots = room(*n);              \
        scipy_##p##gesv_64_(&wn, &wnrhs, a, &wlda, pivots, b, &wldb, &winfo);                       \
        narrow(ipiv, pivots, winfo < 0 ? 0 : *n);                                                   \
        TELL;                                                                                       \
    }                                                                                               \
    void scipy_##p##getrf_64_(wide *, wide *, number *, wide *, wide *, wide *);                    \
    void p##getrf_(int *m, int *n, number *a, int *lda, int *ipiv, int *info)                       \
    {                                                                                               \
        WIDE(m); WIDE(n); WIDE(lda); wide winfo = 0, *pivots = room(least(*m, *n));                 \
        scipy_##p##getrf_64_(&wm, &wn, a, &wlda, pivots, &winfo);                                   \
        narrow(ipiv, pivots, winfo < 0 ? 0 : least(*m, *n));                                        \
        TELL;                                                                                       \
    }                                                                                               \
    void scipy_##p##posv_64_(const char *, wide *, wide *, number *, wide *, number *, wide *,      \
                             wide *, size_t);                                                       \
    void p##posv_(const char *uplo, int *n, int *nrhs, number *a, int *lda, number *b, int *ldb,    \
                  int *info)                                                                        \
    {                                                                                               \
        WIDE(n); WIDE(nrhs); WIDE(lda); WIDE(ldb); wide winfo = 0;                                  \
        scipy_##p##posv_64_(uplo, &wn, &wnrhs, a, &wlda, b, &wldb, &winfo, 1);                      \
        TELL;                                                                                       \
    }                                                                                               \
    void scipy_##p##potrf_64_(const char *, wide *, number *, wide *, wide *, size_t);              \
    void p##potrf_(const char *uplo, int *n, number *a, int *lda, int *info)                        \
    {                                                                                               \
        WIDE(n); WIDE(lda); wide winfo = 0;                                                         \
        scipy_##p##potrf_64_(uplo, &wn, a, &wlda, &winfo, 1);                                       \
        TELL;                                                                                       \
    }
LAPACK(s, float)
LAPACK(d, double)

void scipy_dgeev_64_(const char *, const char *, wide *, double *, wide *, double *, double *, double *,
                     wide *, double *, wide *, double *, wide *, wide *, size_t, size_t);
void dgeev_(const char *jobvl, const char *jobvr, int *n, double *a, int *lda, double *wr, double *wi,
            double *vl, int *ldvl, double *vr, int *ldvr, double *work, int *lwork, int *info)
{
    WIDE(n); WIDE(lda); WIDE(ldvl); WIDE(ldvr); WIDE(lwork); wide winfo = 0;
    scipy_dgeev_64_(jobvl, jobvr, &wn, a, &wlda, wr, wi, vl, &wldvl, vr, &wldvr, work, &wlwork, &winfo,
                    1, 1);
    TELL;
}
