// Everything of the program but main() lives in app/; this file only starts it.
int main() { return 0; }
