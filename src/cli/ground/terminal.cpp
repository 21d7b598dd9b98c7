#include "cli/ground/terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace cruddur::cli::ground {

bool can_ask() {
    return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
}

std::string read_answer(std::string_view question) {
    std::cerr << question;
    std::cerr.flush();
    std::string line;
    std::getline(std::cin, line);
    return line;
}

std::string read_secret(std::string_view question) {
    std::string line;
    if (!can_ask()) {
        std::getline(std::cin, line);
        return line;
    }
    termios shown{};
    ::tcgetattr(STDIN_FILENO, &shown);
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    line = read_answer(question);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    std::cerr << '\n';
    return line;
}

} // namespace cruddur::cli::ground
