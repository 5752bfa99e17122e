// The version of program and library: a number here, everywhere else by name.

#ifndef LUDUS_BASE_VERSION_H
#define LUDUS_BASE_VERSION_H

#define LUDUS_VERSION "0.1.0" // the Makefile reads this line

#endif
