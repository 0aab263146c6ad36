// Coming in and going: signing in, the link of an invitation, the officer's own
// account with its second factor, signing out.
package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"posada/bot/staff"
)

func (c *Console) entryRoutes() []route {
	return []route{
		{Pattern: "GET /assets/{name}", Who: anyone, Do: c.serveAsset},
		{Pattern: "GET /sign-in", Who: anyone, Page: "sign-in", Do: c.signInPage},
		{Pattern: "POST /sign-in", Who: anyone, Page: "sign-in", Do: c.signIn},
		{Pattern: "GET /join/{token}", Who: anyone, Page: "join", Do: c.joinPage},
		{Pattern: "POST /join/{token}", Who: anyone, Page: "join", Do: c.join},
		{Pattern: "POST /sign-out", Who: signedIn, Do: c.signOut},
		{Pattern: "GET /account", Who: signedIn, Page: "account", Do: c.accountPage},
		{Pattern: "POST /account/language", Who: signedIn, Do: c.setLanguage},
		{Pattern: "POST /account/password", Who: signedIn, Page: "account", Do: c.setPassword},
		{Pattern: "GET /code", Who: signedIn, Page: "code", Do: c.codePage},
		{Pattern: "POST /code/new", Who: signedIn, Page: "code", Do: c.newCode},
		{Pattern: "POST /code", Who: signedIn, Page: "code", Do: c.giveCode},
	}
}

// signInForm is what was typed, but for the password.
type signInForm struct {
	Name, Next, Problem string
	Wait                int // minutes until a try is read again; 0: none
}

func (c *Console) signInPage(v *visit) (reply, error) {
	return v.show(signInForm{Next: own(v.r.URL.Query().Get("next"))}), nil
}

func (c *Console) signIn(v *visit) (reply, error) {
	f := signInForm{Name: v.line("name"), Next: own(v.line("next"))}
	cookie, err := c.Staff.SignIn(v.r.Context(), f.Name, v.r.PostForm.Get("password"), c.From(v.r), v.now)
	var slow staff.ErrSlow
	switch {
	case errors.As(err, &slow):
		f.Problem, f.Wait = "signin.slow", waitMinutes(slow, v.now)
		return showAgain(http.StatusTooManyRequests, "sign-in", f), nil
	case errors.Is(err, staff.ErrRefused):
		f.Problem = "signin.refused"
		return showAgain(http.StatusUnauthorized, "sign-in", f), nil
	case err != nil:
		return reply{}, err
	}
	v.signInBy(cookie)
	return goTo(f.Next, ""), nil
}

func waitMinutes(slow staff.ErrSlow, now time.Time) int {
	return max(1, int((slow.Until.Sub(now)+time.Minute-1)/time.Minute))
}

// joinForm is an invitation, and the name that was typed.
type joinForm struct {
	For     string // the officer whose password is set anew; "" for somebody new
	Role    staff.Role
	Name    string
	Problem string
}

func (c *Console) joinPage(v *visit) (reply, error) {
	invitation, err := c.Staff.Invited(v.r.Context(), v.r.PathValue("token"), v.now)
	if errors.Is(err, staff.ErrToken) {
		return refused(http.StatusNotFound, "refused.token"), nil
	}
	if err != nil {
		return reply{}, err
	}
	return v.show(joinForm{For: invitation.For.Name, Role: invitation.Role}), nil
}

func (c *Console) join(v *visit) (reply, error) {
	ctx, token := v.r.Context(), v.r.PathValue("token")
	invitation, err := c.Staff.Invited(ctx, token, v.now)
	if errors.Is(err, staff.ErrToken) {
		return refused(http.StatusNotFound, "refused.token"), nil
	}
	if err != nil {
		return reply{}, err
	}
	f := joinForm{For: invitation.For.Name, Role: invitation.Role, Name: v.line("name")}
	password := v.r.PostForm.Get("password")
	if password != v.r.PostForm.Get("password-again") {
		f.Problem = "password.differ"
		return showAgain(http.StatusUnprocessableEntity, "join", f), nil
	}
	cookie, err := c.Staff.Accept(ctx, token, f.Name, password, v.now)
	switch {
	case errors.Is(err, staff.ErrToken): // used in the meantime
		return refused(http.StatusNotFound, "refused.token"), nil
	case errors.Is(err, staff.ErrName):
		f.Problem = "join.name"
	case errors.Is(err, staff.ErrTaken):
		f.Problem = "join.taken"
	case errors.Is(err, staff.ErrPassword):
		f.Problem = "password.weak"
	case err != nil:
		return reply{}, err
	}
	if f.Problem != "" {
		return showAgain(http.StatusUnprocessableEntity, "join", f), nil
	}
	v.signInBy(cookie)
	if v.Lang != languages[0] && f.For == "" {
		if err := c.speak(ctx, cookie, v.Lang, v.now); err != nil {
			return reply{}, err
		}
	}
	return goTo("/code", "join.done"), nil
}

// speak gives a new officer the language they joined in.
func (c *Console) speak(ctx context.Context, cookie, lang string, now time.Time) error {
	session, err := c.Staff.Session(ctx, cookie, now)
	if err != nil {
		return err
	}
	return c.Staff.SetLang(ctx, session, lang, now)
}

func (c *Console) signOut(v *visit) (reply, error) {
	if err := c.Staff.SignOut(v.r.Context(), v.cookie, v.now); err != nil {
		return reply{}, err
	}
	c.kept.drop(v.Who.Ticket)
	c.offDuty(v, v.Who.ID)
	v.signOutCookie()
	return goTo("/sign-in", "signout.done"), nil
}

// offDuty ends the duty of who is no longer there: people are not told that
// somebody reads them when nobody does.
func (c *Console) offDuty(v *visit, officer string) {
	if c.Desk == nil {
		return
	}
	if err := c.Desk.SetDuty(v.r.Context(), officer, false, v.now); err != nil {
		c.Report(fmt.Errorf("console, %s: %w", v.route.Pattern, err)) // it ends by itself
	}
}

// accountForm is what the page of an officer's own account shows.
type accountForm struct {
	Problem string
	Wait    int
}

func (c *Console) accountPage(v *visit) (reply, error) { return v.show(accountForm{}), nil }

func (c *Console) setLanguage(v *visit) (reply, error) {
	lang := v.line("lang")
	if !has(languages, lang) {
		return refused(http.StatusBadRequest, "refused.form"), nil
	}
	if err := c.Staff.SetLang(v.r.Context(), v.Who, lang, v.now); err != nil {
		return reply{}, err
	}
	return goTo("/account", "account.language.done"), nil
}

func (c *Console) setPassword(v *visit) (reply, error) {
	old, next := v.r.PostForm.Get("password-old"), v.r.PostForm.Get("password")
	var f accountForm
	if next != v.r.PostForm.Get("password-again") {
		f.Problem = "password.differ"
		return showAgain(http.StatusUnprocessableEntity, "account", f), nil
	}
	cookie, err := c.Staff.SetPassword(v.r.Context(), v.cookie, old, next, v.now)
	var slow staff.ErrSlow
	switch {
	case errors.As(err, &slow):
		f.Problem, f.Wait = "signin.slow", waitMinutes(slow, v.now)
	case errors.Is(err, staff.ErrRefused):
		f.Problem = "password.old"
	case errors.Is(err, staff.ErrPassword):
		f.Problem = "password.weak"
	case err != nil:
		return reply{}, err
	}
	if f.Problem != "" {
		return showAgain(http.StatusUnprocessableEntity, "account", f), nil
	}
	v.signInBy(cookie)
	return goTo("/account", "password.done"), nil
}

// codeForm is the second factor: to be set up, or to be given.
type codeForm struct {
	Secret, URI string // of one that was just made
	QR          drawing
	Problem     string
	Wait        int
}

func (c *Console) codeForm(v *visit) codeForm {
	k, _ := c.kept.get(v.Who.Ticket, v.now)
	f := codeForm{Secret: k.secret, URI: k.uri}
	if f.URI != "" {
		f.QR = drawQR(f.URI)
	}
	return f
}

func (c *Console) codePage(v *visit) (reply, error) { return v.show(c.codeForm(v)), nil }

// newCode makes a second factor. Who has one gives a code of it first.
func (c *Console) newCode(v *visit) (reply, error) {
	if v.Who.HasCode && !v.Who.Confirmed {
		if out, err := v.confirm(); out != nil || err != nil {
			if out == nil {
				out = &reply{}
			}
			return *out, err
		}
	}
	secret, uri, err := c.Staff.SetCode(v.r.Context(), v.Who, v.now)
	if err != nil {
		return reply{}, err
	}
	c.kept.put(v.Who.Ticket, keepsake{secret: secret, uri: uri}, v.now)
	return goTo("/code", ""), nil
}

func (c *Console) giveCode(v *visit) (reply, error) {
	f := c.codeForm(v)
	err := c.Staff.ConfirmCode(v.r.Context(), v.cookie, v.line("code"), v.now)
	var slow staff.ErrSlow
	switch {
	case errors.As(err, &slow):
		f.Problem, f.Wait = "signin.slow", waitMinutes(slow, v.now)
		return showAgain(http.StatusTooManyRequests, "code", f), nil
	case errors.Is(err, staff.ErrRefused):
		f.Problem = "again.wrong"
		return showAgain(http.StatusUnprocessableEntity, "code", f), nil
	case err != nil:
		return reply{}, err
	}
	c.kept.drop(v.Who.Ticket)
	return goTo("/account", "code.done"), nil
}
