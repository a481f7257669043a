using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Send;

/// <summary>The issued tokens of one message, each shared with the client that keeps it: their keys last as long as this.</summary>
internal sealed class MessageIssuedTokens : IDisposable
{
    private readonly List<(IssuedSecurityTokenParameters Parameters, IssuedSecurityToken Token)> _tokens = [];

    /// <param name="parameters">The tokens that the binding asks for.</param>
    /// <param name="share">Shares the token that the client has.</param>
    /// <exception cref="InvalidOperationException">The client does not have one.</exception>
    public MessageIssuedTokens(
        IEnumerable<IssuedSecurityTokenParameters> parameters, Func<IssuedSecurityTokenParameters, IssuedSecurityToken> share)
    {
        try
        {
            foreach (var one in parameters)
            {
                _tokens.Add((one, share(one)));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The token for these parameters.</summary>
    public IssuedSecurityToken Of(IssuedSecurityTokenParameters parameters) => _tokens.Find(t => t.Parameters == parameters).Token
        ?? throw new InvalidOperationException("The message has no such issued token.");

    public void Dispose() => _tokens.ForEach(t => t.Token.Dispose());
}
