// Package log writes to the user's log. Always granted. Past a limit, messages are counted and dropped.
//
// What the standard library's print functions and its package log write comes there too.
package log

import (
	"fmt"

	"goalpost/internal/host"
	wit "goalpost/internal/wit/goalpost_plugin_log"
)

// Tracef writes a message as [fmt.Sprintf] makes it.
func Tracef(format string, args ...any) { write(wit.LevelTrace, format, args) }

// Debugf writes at level debug.
func Debugf(format string, args ...any) { write(wit.LevelDebug, format, args) }

// Infof writes at level info.
func Infof(format string, args ...any) { write(wit.LevelInfo, format, args) }

// Warnf writes at level warn.
func Warnf(format string, args ...any) { write(wit.LevelWarn, format, args) }

// Errorf writes at level error.
func Errorf(format string, args ...any) { write(wit.LevelError, format, args) }

func write(level wit.Level, format string, args []any) {
	wit.Write(level, host.Text(fmt.Sprintf(format, args...)))
}
