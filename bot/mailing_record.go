// The stored form of mailings.
package bot

// Encode is the mailing's stored form.
func (m Mailing) Encode() []byte {
	w := newRecord(1024)
	w.number(uint64(m.ID))
	w.time(m.At)
	w.time(m.Until)
	w.number(uint64(len(m.Order)))
	for _, lang := range m.Order {
		w.text(lang)
	}
	w.number(uint64(len(m.Variants)))
	for _, v := range m.Variants {
		w.text(v.Lang)
		w.text(v.Form)
		w.text(string(Outbound{Message: v.Message}.Encode()))
	}
	return w
}

// DecodeMailing reads what Encode wrote, else ErrRecord.
func DecodeMailing(raw []byte) (Mailing, error) {
	r := readRecord(raw)
	m := Mailing{ID: MailingID(r.number()), At: r.time(), Until: r.time()}
	for range r.count() {
		m.Order = append(m.Order, r.text())
	}
	for range r.count() {
		v := Variant{Lang: r.text(), Form: r.text()}
		o, err := DecodeOutbound([]byte(r.text()))
		if err != nil {
			return Mailing{}, err
		}
		v.Message = o.Message
		m.Variants = append(m.Variants, v)
	}
	if err := r.end("mailing"); err != nil {
		return Mailing{}, err
	}
	return m, nil
}
