#pragma once

#include <boost/system/system_error.hpp>

#include <cerrno>

namespace cruddur::http {

// A system call's result; throws where that says that it failed.
inline int checked(int result, const char* call) {
    if (result < 0) throw boost::system::system_error{errno, boost::system::system_category(), call};
    return result;
}

} // namespace cruddur::http
