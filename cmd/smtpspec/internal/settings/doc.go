// Package settings reads what a command is told: by flags, by environment
// variables and by a configuration file, each under the same name. A flag beats
// the environment, the environment beats the file.
package settings
