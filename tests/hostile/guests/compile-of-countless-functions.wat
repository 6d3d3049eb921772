;; A module of fifty thousand functions: nothing to run, a gigabyte to compile.
;;! ends = "not-admitted"
;;! says = ["can't be compiled: the compiler was ended", "needs more than 100 MiB of memory"]
;;! compiling = { seconds = 60, memory_mib = 100 }

(beside
  (core module @times(50000, (func))@))
