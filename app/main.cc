// The program `faultline`.
#include "app/cli/cli.h"

int main(int argc, char** argv) { return cli::main(argc, argv); }
