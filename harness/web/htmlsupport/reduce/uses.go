package main

import (
	"regexp"
	"strings"
)

// special are features whose title does not say how they are recognised. What
// is listed is what the scanner of package htmlsupport says that HTML uses.
var special = map[string]string{
	"html-address":                        "element:address",
	"html-anchor-links":                   "link:local",
	"html-mailto-links":                   "link:mailto",
	"html-base":                           "element:base",
	"html-lists":                          "element:ul element:ol element:dl",
	"html-h1-h6":                          "element:h1 element:h2 element:h3 element:h4 element:h5 element:h6",
	"html-semantics":                      "element:article element:aside element:details element:figcaption element:figure element:footer element:header element:main element:mark element:nav element:section element:summary element:time",
	"html-svg":                            "element:svg",
	"html-image-maps":                     "element:map attribute:usemap",
	"html-srcset":                         "attribute:srcset attribute:sizes",
	"html-meta-color-scheme":              "meta:color-scheme",
	"html-comments":                       "comment",
	"html-doctype":                        "doctype",
	"image-apng":                          "image:apng",
	"image-avif":                          "image:avif",
	"image-base64":                        "image:base64",
	"image-bmp":                           "image:bmp",
	"image-gif":                           "image:gif",
	"image-heif":                          "image:heif image:heic",
	"image-ico":                           "image:ico",
	"image-jpg":                           "image:jpg image:jpeg",
	"image-mp4":                           "image:mp4",
	"image-png":                           "image:png",
	"image-svg":                           "image:svg",
	"image-tiff":                          "image:tiff image:tif",
	"image-webp":                          "image:webp",
	"css-comments":                        "csscomment",
	"css-nesting":                         "nesting",
	"css-important":                       "word:!important",
	"css-variables":                       "property:--* function:var",
	"css-inert-attribute":                 "attribute:inert",
	"css-unit-calc":                       "function:calc",
	"css-unit-initial":                    "word:initial",
	"css-unit-percent":                    "unit:%",
	"css-modern-color":                    "function:lch function:oklch function:lab function:oklab",
	"css-intrinsic-size":                  "word:fit-content word:min-content word:max-content function:fit-content",
	"css-sytem-ui":                        "word:system-ui word:ui-serif word:ui-sans-serif word:ui-rounded word:ui-monospace",
	"css-pseudo-class-lang":               "pseudo:lang",
	"css-at-media":                        "at:media",
	"css-at-media-device-pixel-ratio":     "media:-webkit-device-pixel-ratio media:-webkit-min-device-pixel-ratio media:-webkit-max-device-pixel-ratio",
	"css-at-media-hover":                  "media:hover media:any-hover",
	"css-at-media-orientation":            "media:orientation",
	"css-at-media-prefers-color-scheme":   "media:prefers-color-scheme",
	"css-at-media-prefers-reduced-motion": "media:prefers-reduced-motion",
	"css-font":                            "property:font",
	"css-flex-wrap":                       "property:flex-wrap",
	"css-flex-direction":                  "property:flex-direction",
	"css-display-flex":                    "property:display=flex property:display=inline-flex",
	"css-display-grid":                    "property:display=grid property:display=inline-grid",
	"css-border":                          "property:border property:border-top property:border-right property:border-bottom property:border-left property:border-color property:border-style property:border-width",
	"css-margin":                          "property:margin property:margin-top property:margin-right property:margin-bottom property:margin-left",
	"css-padding":                         "property:padding property:padding-top property:padding-right property:padding-bottom property:padding-left",
	"css-border-radius":                   "property:border-radius property:border-top-left-radius property:border-top-right-radius property:border-bottom-left-radius property:border-bottom-right-radius",
	"css-overflow":                        "property:overflow property:overflow-x property:overflow-y",
	"css-animation":                       "property:animation property:animation-name",
	"css-transition":                      "property:transition property:transition-property",
	"css-outline":                         "property:outline property:outline-color property:outline-style property:outline-width",
	"css-block-inline-size":               "property:block-size property:inline-size",
	"css-border-inline-block":             "property:border-inline property:border-block",
	"css-border-inline-block-individual":  "property:border-block-end property:border-block-start property:border-inline-end property:border-inline-start",
	"css-border-inline-block-longhand":    "property:border-block-color property:border-block-style property:border-block-width property:border-inline-color property:border-inline-style property:border-inline-width",
	"css-border-radius-logical":           "property:border-end-end-radius property:border-end-start-radius property:border-start-end-radius property:border-start-start-radius",
	"css-column-layout-properties":        "property:column-fill property:column-rule property:column-span property:column-width property:columns",
	"css-gap":                             "property:gap property:column-gap property:row-gap",
	"css-grid-template":                   "property:grid-template property:grid-template-areas property:grid-template-columns property:grid-template-rows",
	"css-margin-block-start-end":          "property:margin-block-end property:margin-block-start",
	"css-margin-inline-block":             "property:margin-block property:margin-inline",
	"css-margin-inline-start-end":         "property:margin-inline-end property:margin-inline-start",
	"css-padding-block-start-end":         "property:padding-block-end property:padding-block-start",
	"css-padding-inline-block":            "property:padding-block property:padding-inline",
	"css-padding-inline-start-end":        "property:padding-inline-end property:padding-inline-start",
	"css-left-right-top-bottom":           "property:left property:right property:top property:bottom",
	"css-color-scheme":                    "property:color-scheme",
	"css-scroll-snap":                     "property:scroll-snap-type property:scroll-snap-align",
	"css-selector-adjacent-sibling":       "selector:+",
	"css-selector-attribute":              "selector:[",
	"css-selector-chaining":               "selector:.a.b",
	"css-selector-child":                  "selector:>",
	"css-selector-class":                  "selector:.",
	"css-selector-descendant":             "selector: ",
	"css-selector-general-sibling":        "selector:~",
	"css-selector-grouping":               "selector:,",
	"css-selector-id":                     "selector:#",
	"css-selector-type":                   "selector:a",
	"css-selector-universal":              "selector:*",
}

// forms are titles that say how a feature is recognised.
var forms = []struct {
	title *regexp.Regexp
	use   string
}{
	{regexp.MustCompile(`^<(\w+) (\w+)="(\w+)"> element$`), "element:${1}[${2}=${3}]"},
	{regexp.MustCompile(`^<(\w+)> element$`), "element:$1"},
	{regexp.MustCompile(`^([a-z-]+) attribute$`), "attribute:$1"},
	{regexp.MustCompile(`^@([a-z-]+)$`), "at:$1"},
	{regexp.MustCompile(`^::?([a-z-]+)(?:\(\))?$`), "pseudo:$1"},
	{regexp.MustCompile(`^([a-z-]+)\(\)$`), "function:$1"},
	{regexp.MustCompile(`^([a-z]+) unit$`), "unit:$1"},
	{regexp.MustCompile(`^([a-z-]+):\s*([a-z-]+)$`), "property:${1}=$2"},
	{regexp.MustCompile(`^([a-z-]+)(?: property)?$`), "property:$1"},
}

// usesOf says what of HTML is a feature; nil if nothing is.
func usesOf(slug, title string) []string {
	if list, ok := special[slug]; ok {
		if strings.HasPrefix(list, "selector:") {
			return []string{list}
		}
		return strings.Fields(list)
	}
	title = strings.TrimSpace(title)
	for _, form := range forms {
		if form.title.MatchString(title) {
			return []string{form.title.ReplaceAllString(title, form.use)}
		}
	}
	return nil
}
