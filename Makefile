# Ludus: `make help` lists the targets.
#
# Two commands do all of their own set-up on a fresh Debian 12: `make demo` and `make test`.
# Variables: MODE=release|debug|asan|tsan, DEPS=skip (install nothing), ARCH (default native),
# CC, CPPFLAGS, CFLAGS, LDFLAGS, LDLIBS (beside our own), PREFIX, DESTDIR, FUZZ_SECONDS, JOBS,
# V=1 (show commands).

MODE    ?= release
ARCH    ?= native
PREFIX  ?= /usr/local
DESTDIR ?=
DEPS    ?= install
JOBS    ?= $(shell nproc)
VERSION := $(shell sed -n 's/^\#define LUDUS_VERSION "\([^"]*\)".*/\1/p' base/version.h)
Q       := $(if $(V),,@)
FUZZ_SECONDS ?= 60
B       := build/$(MODE)
MODULES := envs nets agents selfplay viewer
# Not every shell expands ~ behind a =.
override PREFIX := $(patsubst ~/%,$(HOME)/%,$(PREFIX))

# tsan understands OpenMP through clang's libomp and its archer tool.
ifeq ($(MODE),tsan)
CC := clang
export TSAN_OPTIONS ?= ignore_noninstrumented_modules=1
endif
ifneq ($(findstring clang,$(CC)),)
CLANG_FLAGS := -Wno-pass-failed
endif
# The variables of whoever builds stay as given; ours are beside them.
CFLAGS       ?= -g
ALL_CPPFLAGS := $(strip -I. -D_POSIX_C_SOURCE=200809L $(CPPFLAGS))
ALL_CFLAGS   := $(CFLAGS) -std=c17 -fopenmp -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
            -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -ffp-contract=off $(CLANG_FLAGS)
release_FLAGS := -O3 -march=$(ARCH) -fno-math-errno -DNDEBUG
debug_FLAGS   := -O0
asan_FLAGS    := -O1 -march=$(ARCH) -fsanitize=address,undefined -fno-sanitize-recover=all \
                 -fno-omit-frame-pointer
tsan_FLAGS    := -O1 -march=$(ARCH) -fsanitize=thread
MODE_FLAGS := $($(MODE)_FLAGS)
$(if $(MODE_FLAGS),,$(error unknown MODE=$(MODE): release, debug, asan or tsan))
OUR_LDLIBS := -ldnnl -lzstd -linih -ljansson -lm
VIEWER_SRC := $(wildcard viewer/*.c)
ifneq ($(VIEWER_SRC),)
OUR_LDLIBS := -lSDL2 -lSDL2_ttf -lSDL2_image -lfontconfig $(OUR_LDLIBS)
endif
COMPILE := $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(MODE_FLAGS)
LINK     = $(CC) $(ALL_CFLAGS) $(MODE_FLAGS) $(LDFLAGS) $(filter %.o %.a,$^) $(TEST_LDLIBS) $(OUR_LDLIBS) $(LDLIBS)

LIB_SRC  := $(wildcard base/*.c) $(wildcard $(addsuffix /*.c,$(MODULES)))
LIB_OBJ  := $(LIB_SRC:%.c=$B/%.o)
CMD_OBJ  := $B/main.o $(patsubst %.c,$B/%.o,$(wildcard cmd_*.c))
TEST_BIN := $(patsubst %.c,$B/%,$(wildcard tests/test_*.c))
# What tests share: every other source of tests/.
TEST_AID := $(patsubst %.c,$B/%.o,$(filter-out tests/test_%.c,$(wildcard tests/*.c)))
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
REPLAYS  := $(FUZZ_SRC:tests/fuzz/%.c=$B/tests/fuzz/replay_%)
TOOL_BIN := $(patsubst %.c,$B/%,$(wildcard tests/tools/*.c))
HEADERS  := $(wildcard *.h base/*.h $(addsuffix /*.h,$(MODULES)))
TEST_H   := $(wildcard tests/*.h tests/fuzz/*.h)
SOURCES  := $(wildcard *.c base/*.c $(addsuffix /*.c,$(MODULES)) tests/*.c tests/fuzz/*.c tests/tools/*.c)

.PHONY: all demo screenshots test check check-build bench fuzz lint format layers headers install uninstall help \
        clean deps tools FORCE
all: $B/ludus $B/libludus.a

# ---- Set-up -----------------------------------------------------------------------------------
RUN_PACKAGES  := libdnnl-dev libzstd-dev libinih-dev libjansson-dev libcmocka-dev \
                 $(if $(VIEWER_SRC),libsdl2-dev libsdl2-ttf-dev libsdl2-image-dev libfontconfig-dev \
                 fonts-dejavu-core)
TEST_PACKAGES := gnugo stockfish xvfb xdotool polyglot quarry ffmpeg
LINT_PACKAGES := clang-format cppcheck
FUZZ_PACKAGES := clang libomp-dev libclang-rt-dev
deps:
	@DEPS=$(DEPS) sh tests/tools/install_packages.sh $(RUN_PACKAGES) $(if $(filter tsan,$(MODE)),$(FUZZ_PACKAGES))

# ---- Building ---------------------------------------------------------------------------------
# Objects depend on the exact command line, programs and the archive on theirs: a changed flag or list
# rebuilds, nothing else does. $(call keep,TEXT) writes a target whose text has changed.
keep = @mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || \
       printf '%s\n' '$(subst ','\'',$(1))' > $@
$B/flags: FORCE
	$(call keep,$(COMPILE))
$B/link: FORCE
	$(call keep,$(CC) $(ALL_CFLAGS) $(MODE_FLAGS) $(LDFLAGS) $(OUR_LDLIBS) $(LDLIBS))
$B/objects: FORCE
	$(call keep,$(LIB_OBJ))
$B/prefix: FORCE
	$(call keep,$(PREFIX))

$B/libludus.a: $(LIB_OBJ) $B/objects
	@echo "  AR      $@"; rm -f $@; ar rcs $@ $(filter %.o,$^)
$B/ludus: $(CMD_OBJ) $B/libludus.a
$(TEST_BIN): %: %.o $(TEST_AID) $B/libludus.a
$(TOOL_BIN): %: %.o $B/libludus.a
$(REPLAYS): $B/tests/fuzz/replay_%: $B/tests/fuzz/%.o $B/tests/fuzz/replay_main.o $(TEST_AID) $B/libludus.a
$(TEST_BIN) $(REPLAYS): TEST_LDLIBS := -lcmocka
$B/ludus $(TEST_BIN) $(REPLAYS) $(TOOL_BIN): $B/link
	@echo "  LINK    $@"
	$Q$(LINK) -o $@
$B/%.o: %.c $B/flags
	@mkdir -p $(@D); echo "  CC      $<"
	$Q$(COMPILE) $(OWN_FLAGS) -MMD -MP -c $< -o $@
# SDL's satellite headers include SDL.h without its folder.
$B/viewer/%.o: private OWN_FLAGS := -I/usr/include/SDL2
# One file knows where the program is installed.
$B/cmd_data.o: private OWN_FLAGS := -DLUDUS_DATA_DIR='"$(PREFIX)/share/ludus"'
$B/cmd_data.o: $B/prefix
.SECONDARY:

# ---- Demo and tests ---------------------------------------------------------------------------
demo: deps
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=release build/release/ludus
	@sh tests/tools/demo.sh

# Peers that tests play and compare with; without them those tests are skipped. Debian keeps games
# outside the usual PATH.
export PATH := $(PATH):/usr/games
test: deps
	@[ $(DEPS) = skip ] || sh tests/tools/install_packages.sh $(TEST_PACKAGES)
	@$(MAKE) --no-print-directory -j$(JOBS) check-build
	@$(MAKE) --no-print-directory check
check-build: $B/ludus $(TEST_BIN) $(REPLAYS)
check: layers
	@LUDUS=$B/ludus sh tests/tools/run_tests.sh $(TEST_BIN) -- $(REPLAYS)
tools: $(TOOL_BIN)

bench: deps
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=release build/release/ludus
	@build/release/ludus bench

# The README's pictures.
screenshots: deps
	@$(MAKE) --no-print-directory -j$(JOBS) MODE=release build/release/ludus
	@sh tests/tools/screenshots.sh build/release/ludus viewer/screenshots

fuzz:
	@DEPS=$(DEPS) sh tests/tools/install_packages.sh $(RUN_PACKAGES) $(FUZZ_PACKAGES)
	@CPPFLAGS="$(ALL_CPPFLAGS)" LIB_SRC="$(LIB_SRC) $(filter-out tests/test_%.c,$(wildcard tests/*.c))" \
	 LDLIBS="$(OUR_LDLIBS) $(LDLIBS)" JOBS=$(JOBS) sh tests/tools/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_SRC)

# ---- Structure --------------------------------------------------------------------------------
# A module may include only itself, base/ and the modules named here.
base_MAY     :=
envs_MAY     := envs
nets_MAY     := nets
agents_MAY   := agents envs nets
selfplay_MAY := selfplay agents envs nets
viewer_MAY   := viewer selfplay agents envs
layers: $(patsubst %,layer-%,base $(MODULES))
	@! grep -nE '^#include *["<](oneapi/)?(dnnl|dnnl/)[a-z_/]*\.h[">]' $(filter-out nets/dnnl_backend.c,$(SOURCES)) $(HEADERS)
	@! grep -nE '^#include *["<]SDL' $(filter-out viewer/%,$(SOURCES) $(HEADERS))
	@! grep -nE '^#include "[^/"]*"' $(wildcard $(foreach m,base $(MODULES),$m/*.[ch])) /dev/null
	@echo "layers: every include goes the allowed way"
layer-%:
	@! grep -nE '^#include "($(subst $() ,|,$(strip $(filter-out $($*_MAY),$(MODULES))))|cmd[a-z_]*\.h)/?' \
	  $(wildcard $*/*.[ch]) /dev/null

# Each header compiles alone, as C17 and as C++ inside extern "C"; what is installed includes nothing
# that is not.
headers:
	@! grep -nE '^#include "[^"]*_internal\.h"' $(filter-out %_internal.h,$(HEADERS)) /dev/null
	@command -v g++ >/dev/null || DEPS=$(DEPS) sh tests/tools/install_packages.sh g++
	@bad=0; for h in $(HEADERS) $(TEST_H); do \
	  printf '#include "%s"\ntypedef int not_empty;\n' $$h | \
	    $(CC) $(ALL_CPPFLAGS) -std=c17 -Wall -Wextra -Wpedantic -Werror -x c -fsyntax-only - || bad=1; \
	  printf 'extern "C" {\n#include "%s"\n}\n' $$h | \
	    g++ $(ALL_CPPFLAGS) -std=c++17 -Wall -Wextra -Werror -x c++ -fsyntax-only - || bad=1; \
	done; exit $$bad
	@echo "headers: $(words $(HEADERS) $(TEST_H)) compile alone in C and C++"

lint:
	@DEPS=$(DEPS) sh tests/tools/install_packages.sh $(LINT_PACKAGES)
	@clang-format --dry-run -Werror $(SOURCES) $(HEADERS) $(TEST_H)
	@cppcheck --quiet --error-exitcode=1 --std=c11 --language=c --inline-suppr -I. -j$(JOBS) \
	  --enable=warning,performance,portability --suppressions-list=tests/tools/cppcheck.txt \
	  $(wildcard *.c base/*.c $(addsuffix /*.c,$(MODULES)))
	@sh tests/tools/measure_code.sh $(SOURCES)

format:
	@DEPS=$(DEPS) sh tests/tools/install_packages.sh clang-format
	clang-format -i $(SOURCES) $(HEADERS) $(TEST_H)

# ---- Installing -------------------------------------------------------------------------------
D := $(DESTDIR)$(PREFIX)
install: all
	install -d "$D/bin" "$D/lib/pkgconfig" "$D/share/man/man1" "$D/share/ludus" "$D/include/ludus"
	install -m 755 $B/ludus "$D/bin/ludus"
	install -m 644 $B/libludus.a "$D/lib/libludus.a"
	install -m 644 ludus.1 "$D/share/man/man1/ludus.1"
	install -m 644 ludus.h "$D/include/ludus/ludus.h"
	set -e; for m in base $(MODULES); do \
	  install -d "$D/include/ludus/$$m"; \
	  for h in $$m/*.h; do \
	    case $$h in *_internal.h) continue ;; esac; \
	    if [ -f $$h ]; then install -m 644 $$h "$D/include/ludus/$$h"; fi; \
	  done; \
	done
	set -e; for k in configs nets/trained; do \
	  install -d "$D/share/ludus/$$k"; \
	  for f in $$k/*; do \
	    if [ -f $$f ]; then install -m 644 $$f "$D/share/ludus/$$k/"; fi; \
	  done; \
	done
	printf 'prefix=%s\nName: ludus\nDescription: %s\nVersion: %s\nCflags: -I%s\nLibs: -L%s -lludus %s\n' \
	  '$(PREFIX)' 'self-play reinforcement learning engine' '$(VERSION)' \
	  '$${prefix}/include/ludus' '$${prefix}/lib' '-fopenmp $(OUR_LDLIBS)' > "$D/lib/pkgconfig/ludus.pc"
uninstall:
	rm -rf "$D/bin/ludus" "$D/lib/libludus.a" "$D/lib/pkgconfig/ludus.pc" "$D/share/man/man1/ludus.1" \
	  "$D/include/ludus" "$D/share/ludus"

help:
	@echo "make              build/release/ludus and libludus.a"
	@echo "make demo         install what is missing, train Connect Four for ten minutes, show it"
	@echo "make test         install what is missing, build, run all tests"
	@echo "make check        run all tests that are built, install nothing"
	@echo "make bench        speeds of nets, search, replay and self-play"
	@echo "make screenshots  the README's pictures, drawn without a display"
	@echo "make tools        what tests/tools/ has in C"
	@echo "make fuzz         fuzz every parser for FUZZ_SECONDS in all (clang)"
	@echo "make lint         format, cppcheck, sizes of functions and files"
	@echo "make format       clang-format over every source"
	@echo "make layers       includes go one way only"
	@echo "make headers      each header compiles alone, in C and C++"
	@echo "make deps         install the packages that building needs"
	@echo "make install      PREFIX=/usr/local DESTDIR="
	@echo "make uninstall    the same PREFIX and DESTDIR"
	@echo "make clean        remove build/"
	@echo "variables         MODE=release|debug|asan|tsan  DEPS=skip  ARCH=native  JOBS=cores  V=1"
	@echo "                  FUZZ_SECONDS=60  CC=  CPPFLAGS=  CFLAGS=-g  LDFLAGS=  LDLIBS="
clean:
	rm -rf build

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(TEST_BIN:=.d) $(TEST_AID:.o=.d) $(TOOL_BIN:=.d) \
         $(FUZZ_SRC:%.c=$B/%.d) $B/tests/fuzz/replay_main.d
